"""The catalog and the contracts of one night; a contract that cannot be read never stops the others.

A contract that worked once and was broken by an edit is replaced, for the night, by its last good text: its
figures stay in force, and the fault is said until the contract is mended.
"""

from __future__ import annotations

import difflib
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from catalog.contract import (
    AnyContract,
    Contract,
    ContractFile,
    Measure,
    RecordColumn,
    RecordsContract,
    contract_paths,
    load_contract,
)
from catalog.corrections import corrections_path
from catalog.load import Catalog, Stamps, load_catalog, stamps
from catalog.records import RecordType
from catalog.settings import Settings
from catalog.strict import Bilingual, DeclarationError

# The contract of each path and the catalog that it was last found to suit: every stage asks, of every source.
_SOUND: dict[Path, tuple[AnyContract, Catalog]] = {}
# Nanoseconds; no disk's clock ticks more slowly.
TICK = 3_000_000_000


class _Listed(NamedTuple):
    """The folders under one of sources, when they changed, and the contract files in them."""

    folders: list[Path]
    changed: Stamps
    paths: dict[str, list[Path]]


_LISTED: dict[Path, _Listed] = {}


def load_contracts(settings: Settings) -> tuple[dict[str, ContractFile], dict[str, Bilingual]]:
    """Contracts by source id, sorted, and one sentence per contract file that is not of its form."""
    return _load(contract_paths(settings.sources), settings)


def load_contract_of(settings: Settings, source: str) -> tuple[ContractFile | None, Bilingual | None]:
    """The contract of one source and what is wrong with its file, as `load_contracts` gives them of all.

    Stages ask this of every source: to read the others too would take a thousand sources a million looks.
    """
    found, faults = _load(_paths_by_source(settings.sources).get(source, []), settings)
    return found.get(source), faults.get(source)


def _load(paths: Iterable[Path], settings: Settings) -> tuple[dict[str, ContractFile], dict[str, Bilingual]]:
    """What some contract files, by name, give; a contract's id is the name of its file."""
    catalog = load_catalog(settings.catalog)
    found: dict[str, ContractFile] = {}
    faults: dict[str, Bilingual] = {}
    for path in paths:
        try:
            item = read_contract(path, catalog)
        except DeclarationError as error:
            faults[path.stem] = error.message
            remembered = _last_good(path, settings, catalog)
            found.update({path.stem: remembered} if remembered else {})
            continue
        if item.contract.id in found:
            faults[path.stem] = Bilingual(
                id=f"{path.name}: id '{item.contract.id}' dipakai kontrak lain juga",
                en=f"{path.name}: the id '{item.contract.id}' is used by another contract too",
            )
        found[item.contract.id] = item
    return dict(sorted(found.items())), faults


def _paths_by_source(sources: Path) -> dict[str, list[Path]]:
    """The contract files of each source; the folders are listed again only when one of them changed."""
    whole = sources.absolute()
    known = _LISTED.get(whole)
    if known and _changed(known.folders) == known.changed:
        return known.paths
    begun, folders = time.time_ns(), [Path(folder) for folder, _, _ in os.walk(whole)]
    changed = _changed(folders)
    paths: dict[str, list[Path]] = {}
    for path in contract_paths(sources):
        paths.setdefault(path.stem, []).append(path)
    # A folder that changes twice within one tick of the disk's clock has one time for both.
    if changed and all(at < begun - TICK for _, at, _ in changed):
        _LISTED[whole] = _Listed(folders, changed, paths)
    return paths


def _changed(folders: Iterable[Path]) -> Stamps:
    """When some folders changed; nothing where one of them is gone."""
    try:
        return stamps(folders)
    except FileNotFoundError:
        return ()


def remember_contracts(settings: Settings) -> None:
    """Keep a copy of every contract that can be read, for nights on which an edit has broken it."""
    contracts, faults = load_contracts(settings)
    folder = _memory(settings)
    folder.mkdir(parents=True, exist_ok=True)
    for source, item in contracts.items():
        if source in faults:
            continue
        for path in (item.path, corrections_path(item.path)):
            _keep_copy(path, folder / path.name)


def _keep_copy(path: Path, kept: Path) -> None:
    """Make `kept` what `path` is, be it absent."""
    if not path.exists():
        kept.unlink(missing_ok=True)
    elif not (kept.exists() and kept.read_bytes() == path.read_bytes()):
        aside = kept.with_name(f".{kept.name}.tmp")
        shutil.copyfile(path, aside)
        aside.replace(kept)


def _memory(settings: Settings) -> Path:
    return settings.data / "contracts"


def _last_good(path: Path, settings: Settings, catalog: Catalog) -> ContractFile | None:
    try:
        remembered = read_contract(_memory(settings) / path.name, catalog)
    except DeclarationError:
        return None
    return remembered.model_copy(update={"path": path})


def read_contract(path: Path, catalog: Catalog) -> ContractFile:
    """The contract in a file; raises `DeclarationError` where it is not of its form or does not suit the catalog."""
    item = load_contract(path)
    check_against(item, catalog)
    return item


def check_against(item: ContractFile, catalog: Catalog) -> None:
    """Refuse a contract that names what the catalog does not have; raises `DeclarationError`."""
    held = _SOUND.get(item.path)
    if held and held[0] is item.contract and held[1] is catalog:
        return
    name, contract = item.path.name, item.contract
    if isinstance(contract, RecordsContract):
        check_records(name, contract, catalog)
    else:
        check_figures(name, contract, catalog)
    _SOUND[item.path] = item.contract, catalog


def check_figures(name: str, contract: Contract, catalog: Catalog) -> None:
    """Refuse a contract of figures whose indicator, unit, region or breakdown the catalog does not have."""
    for measure in contract.measures:
        _check_measure(name, measure, catalog)
    for code in contract.expect.regions:
        if code not in catalog.regions_by_code:
            raise _unknown(name, "expect.regions", "wilayah", "region", code)
    for column in contract.columns:
        if column.dimension and column.dimension not in catalog.breakdowns:
            raise _unknown(name, "columns.dimension", "rincian", "breakdown", column.dimension)


def check_records(name: str, contract: RecordsContract, catalog: Catalog) -> None:
    """Refuse a contract of records that its record type does not know, or that leaves out what is required."""
    if contract.record not in catalog.records:
        raise _unknown(name, "record", "jenis catatan", "record type", contract.record)
    kind = catalog.records[contract.record]
    for code in contract.expect.within:
        if code not in catalog.regions_by_code:
            raise _unknown(name, "expect.within", "wilayah", "region", code)
    held = set(contract.values)
    for column in contract.columns:
        if column.role == "field":
            held.add(column.field or "")
            _check_field(name, column, kind)
        elif column.role == "region_name":
            held.add(kind.region.name)
    for field in [*contract.values, *(item.name for item in kind.fields if item.required and item.name not in held)]:
        if field not in kind.by_name:
            raise _unknown_field(name, field, kind)
        if field not in contract.values:
            raise DeclarationError(
                f"{name}: no column holds the field '{field}', which every record of type '{kind.id}' needs",
                f"{name}: tidak ada kolom untuk isian '{field}', yang wajib ada pada catatan jenis '{kind.id}'",
            )


def _check_field(name: str, column: RecordColumn, kind: RecordType) -> None:
    field = kind.by_name.get(column.field or "")
    if field is None:
        raise _unknown_field(name, column.field or "", kind)
    suits = {"scheme": ("region",), "codes": ("code",), "pattern": ("date", "datetime")}
    for key, types in suits.items():
        if getattr(column, key) and field.type not in types:
            raise DeclarationError(
                f"{name}: the column {column.header} has '{key}', which is no key for a field of type '{field.type}'",
                f"{name}: kolom {column.header} memuat '{key}', yang bukan kunci untuk isian jenis '{field.type}'",
            )
    if field.type == "region" and column.scheme is None:
        raise DeclarationError(
            f"{name}: the column {column.header} holds region codes, so it needs the key 'scheme'",
            f"{name}: kolom {column.header} berisi kode wilayah, jadi perlu kunci 'scheme'",
        )
    known = {code.code for code in field.codes}
    for code in column.codes.values():
        if code not in known:
            raise _unknown(name, "columns.codes", "kode", "code", code)


def _unknown_field(name: str, field: str, kind: RecordType) -> DeclarationError:
    near = difflib.get_close_matches(field, kind.by_name, n=1)
    return DeclarationError(
        f"{name}: '{field}' is no field of records of type '{kind.id}'"
        + (f"; did you mean '{near[0]}'?" if near else f"; choose one of {', '.join(kind.by_name)}"),
        f"{name}: '{field}' bukan isian catatan jenis '{kind.id}'"
        + (f"; maksudnya '{near[0]}'?" if near else f"; pilihannya {', '.join(kind.by_name)}"),
    )


def _check_measure(name: str, measure: Measure, catalog: Catalog) -> None:
    if measure.indicator not in catalog.indicators:
        raise _unknown(name, "measures.indicator", "indikator", "indicator", measure.indicator)
    unit = catalog.units.get(measure.unit)
    if unit is None:
        raise _unknown(name, "measures.unit", "satuan", "unit", measure.unit)
    wanted = catalog.indicators[measure.indicator].unit
    if unit.canonical != wanted:
        raise DeclarationError(
            f"{name}: '{measure.indicator}' is measured in {wanted}, and '{unit.id}' does not convert to it",
            f"{name}: '{measure.indicator}' bersatuan {wanted}, dan '{unit.id}' tidak dapat dikonversi ke satuan itu",
        )


def _unknown(name: str, key: str, indonesian: str, english: str, found: str) -> DeclarationError:
    return DeclarationError(
        f"{name}: {key} names the unknown {english} '{found}'; declare it in the catalog first",
        f"{name}: {key} menyebut {indonesian} yang tidak dikenal '{found}'; daftarkan dahulu di katalog",
    )
