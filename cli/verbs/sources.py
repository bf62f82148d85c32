"""`mojoraya sources`: the contracts, who publishes them, and what is in force."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.contract import AnyContract
    from catalog.settings import Settings

HELP = "daftar sumber / list the sources"
COLUMNS = {
    "id": ("sumber", "judul", "penerbit", "indikator atau (catatan)", "bawaan", "bukti", "sintetis", "kontrak"),
    "en": ("source", "title", "publisher", "indicators or (records)", "bundled", "evidence", "synthetic", "contract"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """A listing."""
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One row per contract; contracts that cannot be read are named on standard error."""
    from flows.declared import load_contracts

    contracts, faults = load_contracts(settings)
    rows = [
        (
            item.contract.id,
            item.contract.title.get(settings.lang),
            item.contract.publisher,
            _held(item.contract),
            _yes(item.contract.bundled, settings.lang),
            item.contract.evidence,
            _yes(item.contract.synthetic, settings.lang),
            str(item.path.relative_to(settings.sources)),
        )
        for item in contracts.values()
    ]
    show(COLUMNS[settings.lang], rows, args)
    for fault in faults.values():
        print(fault.get(settings.lang), file=sys.stderr)
    return 3 if faults else 0


def _held(contract: AnyContract) -> str:
    """The indicators of a contract of figures, or the type of its records."""
    record = getattr(contract, "record", None)
    return f"({record})" if record else " ".join(contract.indicators)


def _yes(value: bool, lang: str) -> str:
    return {"id": ("tidak", "ya"), "en": ("no", "yes")}[lang][value]
