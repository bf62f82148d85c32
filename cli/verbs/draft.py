"""`mojoraya draft FILE`: a contract for a file that nobody has described, with questions where it cannot know."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "rancang kontrak untuk satu berkas / draft a contract for one file"
REFUSED = 1


def add(parser: argparse.ArgumentParser) -> None:
    """The file, and for a workbook which sheet."""
    parser.add_argument("file", type=Path, help="berkas yang belum berkontrak / a file without a contract")
    parser.add_argument("--sheet", default=None, help="lembar buku kerja / the sheet of a workbook")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the contract as TOML; 0 printed, 1 no table that a contract can describe, or one on persons."""
    from catalog.load import load_catalog
    from catalog.strict import not_read
    from flows.declared import load_contracts
    from flows.door import personal_in
    from transforms.draft import draft
    from transforms.draft_table import form_of
    from transforms.mismatch import ContractMismatch

    try:
        data = args.file.read_bytes()
    except OSError as error:
        raise not_read(args.file, error) from None
    try:
        personal = personal_in(data, form_of(data))
        if personal is not None:
            print(f"{args.file.name}: {personal.get(settings.lang)}", file=sys.stderr)
            return REFUSED
        known = [item.contract for item in load_contracts(settings)[0].values()]
        print(draft(data, args.file.name, load_catalog(settings.catalog), args.sheet, known), end="")
    except ContractMismatch as error:
        print(f"{args.file.name}: {error.message.get(settings.lang)}", file=sys.stderr)
        return REFUSED
    return 0
