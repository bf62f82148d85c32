"""`mojoraya check FILE --contract C`: the verdicts on one file, without loading it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import add_format, plain, show

if TYPE_CHECKING:
    from catalog.contract import ContractFile
    from catalog.settings import Settings
    from expectations.verdict import Check, RowFailure
    from sources.store import LogEntry

HELP = "periksa satu berkas terhadap kontraknya / check one file against its contract"
COLUMNS = {
    "id": ("aturan", "bobot", "hasil", "diperiksa", "gagal", "pesan"),
    "en": ("rule", "severity", "outcome", "evaluated", "failed", "message"),
}
REFUSED, HELD = 1, 3


def add(parser: argparse.ArgumentParser) -> None:
    """The file, the contract it should satisfy, and what to print."""
    parser.add_argument("file", type=Path, help="berkas yang diperiksa / the file to check")
    parser.add_argument("--contract", required=True, help="id kontrak atau path berkas .toml / contract id or path")
    parser.add_argument("--observations", action="store_true", help="cetak baris rapi / print the tidy rows")
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print verdicts or tidy rows; 0 all well, 3 rows would be quarantined, 1 the file would be refused."""
    from catalog.strict import not_read
    from expectations.verdict import refusal
    from flows.staging import judge_tables, stage_snapshot

    contract_file = find_contract(args.contract, settings)
    try:
        data = args.file.read_bytes()
    except OSError as error:
        raise not_read(args.file, error) from None
    from catalog.load import load_catalog

    catalog, contract = load_catalog(settings.catalog), contract_file.contract
    with tempfile.TemporaryDirectory() as folder:
        entry = _entry(contract.id, data, args.file)
        checks, _, rows = stage_snapshot(data, entry, contract, catalog, Path(folder), contract_file.corrections)
        if (Path(folder) / "tidy.parquet").exists():
            checks += judge_tables(Path(folder), contract, catalog, entry, None, rows=rows)
            held = _held(Path(folder))
        else:
            held = []
        if args.observations:
            _print_observations(Path(folder), {row for row, _ in held}, args)
        else:
            _print_verdicts(checks, held, args, settings.lang)
    return REFUSED if refusal(checks) else (HELD if held else 0)


def find_contract(name: str, settings: Settings) -> ContractFile:
    """A contract by id or by path, as it stands now; raises `DeclarationError` naming its fault, or the known ids."""
    import difflib

    from catalog.load import load_catalog
    from catalog.strict import DeclarationError
    from flows.declared import load_contracts, read_contract

    if name.endswith(".toml"):
        return read_contract(Path(name), load_catalog(settings.catalog))
    contracts, faults = load_contracts(settings)
    # Of a contract with a fault a night goes on with what was read last; whoever checks is told of the fault.
    if name in faults:
        raise DeclarationError(faults[name].en, faults[name].id)
    if name in contracts:
        return contracts[name]
    near = difflib.get_close_matches(name, contracts, n=1)
    raise DeclarationError(
        f"unknown contract '{name}'; " + (f"did you mean '{near[0]}'?" if near else "see: mojoraya sources"),
        f"kontrak '{name}' tidak dikenal; " + (f"maksudnya '{near[0]}'?" if near else "lihat: mojoraya sources"),
    )


def _entry(source: str, data: bytes, file: Path) -> LogEntry:
    import hashlib

    from sources.store import LogEntry as Entry

    now = datetime.now(UTC).date()
    digest = hashlib.sha256(data).hexdigest()
    return Entry(source, digest, len(data), file.suffix.lstrip("."), now, f"file:{file.name}")


def _held(folder: Path) -> list[tuple[int, RowFailure]]:
    import pyarrow.parquet as pq

    from expectations.verdict import failures_from_arrow

    failures = failures_from_arrow(pq.read_table(folder / "failures.parquet"))
    return [(item.row_id, item) for item in failures if item.severity == "critical"]


def _print_observations(folder: Path, held: set[int], args: argparse.Namespace) -> None:
    """The tidy rows that would be loaded; those held back are left out, as in a night."""
    import pyarrow.parquet as pq

    if not (folder / "tidy.parquet").exists():
        return
    table = pq.read_table(folder / "tidy.parquet")
    rows = [[plain(value) for value in row.values()] for row in table.to_pylist() if row["row_id"] not in held]
    show(table.column_names, rows, args)


def _print_verdicts(
    checks: list[Check], held: list[tuple[int, RowFailure]], args: argparse.Namespace, lang: str
) -> None:
    from expectations.rules import for_owner

    # The file is in no log yet, so there is nothing that a verb could accept.
    rows = [
        (item.rule, item.severity, item.outcome, item.evaluated, item.failed, for_owner(item).get(lang))
        for item in checks
    ]
    show(COLUMNS[lang], rows, args)
    for message in dict.fromkeys(item.message_en if lang == "en" else item.message_id for _, item in held):
        print(f"{args.file.name}: {message}", file=sys.stderr)
