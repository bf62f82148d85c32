"""An office of a size that no agency of ours has yet: 60 files of 163,200 figures each, made from a seed.

A file has one indicator for 8,160 places of East Java (province, governments, kecamatan and villages) in twenty years,
as a provincial portal would give it: Kemendagri codes, names, `;` between columns, a decimal comma. Places beyond those
of the catalog, the indicators and every figure are made up, and the contracts say so.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from catalog.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
PLACES, FIRST, YEARS = 8_160, 2005, 20
ROWS = PLACES * YEARS
HEADER = ["kode_wilayah", "nama_wilayah", "tahun", "satuan", "nilai"]
# What a contract of one of many small sources speaks of: 800 figures, as a table of a government's kecamatan has.
INDICATORS, FEW = 60, 40
MEMBERS = ("35.16", "35.76")
FIRST_SEEN = "2026-11-21"


@dataclass(frozen=True)
class BulkOffice:
    """Where the made files, contracts, catalog and data of one benchmark stand."""

    root: Path

    @property
    def settings(self) -> Settings:
        """Settings of a night over these files."""
        return Settings(data=self.root / "data", sources=self.root / "sources", catalog=self.root / "catalog")

    @property
    def files(self) -> list[Path]:
        """The CSV files in order."""
        return sorted((self.root / "sources" / "simulasi").glob("*.csv"))


def make_office(root: Path, files: int, places: int = PLACES) -> BulkOffice:
    """Write `files` CSV files of `places` x 20 rows with contracts and a catalog of their own under `root`."""
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "sources" / "simulasi"
    folder.mkdir(parents=True)
    chosen = _catalog(root / "catalog", files, places)
    for number in range(files):
        name = f"simulasi-{number:03d}"
        write_file(folder / f"{name}.csv", chosen, number)
        (folder / f"{name}.toml").write_text(_contract(name, number, list(chosen["code"])), "utf-8")
    return BulkOffice(root)


def make_many(root: Path, sources: int) -> BulkOffice:
    """Write `sources` small files under `root`: each of one of `INDICATORS` indicators for `FEW` places of its own."""
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "sources" / "simulasi"
    folder.mkdir(parents=True)
    chosen = _catalog(root / "catalog", INDICATORS, PLACES)
    for number in range(sources):
        part, indicator = divmod(number, INDICATORS)
        places = chosen.iloc[part * FEW : (part + 1) * FEW].reset_index(drop=True)
        name = f"simulasi-{part:03d}-{indicator:03d}"
        write_file(folder / f"{name}.csv", places, indicator, adds_up=False)
        (folder / f"{name}.toml").write_text(_contract(name, indicator, list(places["code"])), "utf-8")
    return BulkOffice(root)


def write_file(path: Path, places: pd.DataFrame, number: int, revised: int = 0, *, adds_up: bool = True) -> None:
    """One CSV file; the figures of the last year of the first `revised` places are others than those of the seed.

    Counts of kecamatan add up, unless the file has but some of their villages.
    """
    rng = np.random.default_rng(number)
    values = rng.integers(0, 10_000_000, size=(len(places), YEARS))
    values[:revised, -1] += 1
    if number % 2 == 0 and adds_up:
        # Counts of villages add up to their kecamatan's, as they do in a table that somebody keeps.
        codes = places["code"]
        for at in np.flatnonzero(places["level"] == "subdistrict"):
            values[at] = values[codes.str.startswith(f"{codes.iloc[at]}.").to_numpy()].sum(axis=0)
    whole, part = np.divmod(values.ravel(), 100)
    frame = pd.DataFrame(
        {
            "code": np.repeat(places["code"].to_numpy(), YEARS),
            "name": np.repeat(places["name"].to_numpy(), YEARS),
            "year": np.tile(np.arange(FIRST, FIRST + YEARS), len(places)).astype(str),
            "unit": "persen" if number % 2 else "orang",
            "value": [f"{w},{p:02d}" for w, p in zip(whole.tolist(), part.tolist(), strict=True)],
        }
    )
    lines = frame["code"].str.cat([frame[name] for name in ("name", "year", "unit", "value")], sep=";")
    path.write_text("\n".join([";".join(HEADER), *lines]) + "\n", "utf-8")


def _catalog(target: Path, files: int, places: int) -> pd.DataFrame:
    """The project's catalog with made places and indicators added; the places that a file speaks of, in order."""
    target.mkdir(parents=True)
    for path in (PROJECT / "catalog").iterdir():
        if path.suffix in {".toml", ".csv"}:
            shutil.copy2(path, target / path.name)
    regions = pd.read_csv(target / "regions.csv", dtype=str, keep_default_na=False)
    known = len(_of_the_province(regions).head(places))
    made = pd.DataFrame(_made_places(places - known))
    pd.concat([regions, made]).to_csv(target / "regions.csv", index=False)
    with (target / "services.toml").open("a", encoding="utf-8") as file:
        for number in range(files):
            file.write(_indicator(number))
    return places_of(target, places)


def places_of(catalog: Path, places: int) -> pd.DataFrame:
    """Code, name and level of the places that the files of an office speak of, in the order of the files."""
    regions = pd.read_csv(catalog / "regions.csv", dtype=str, keep_default_na=False)
    return _of_the_province(regions).head(places)[["code", "name", "level"]].reset_index(drop=True)


def _of_the_province(regions: pd.DataFrame) -> pd.DataFrame:
    return regions[regions["code"].str.startswith("35") & (regions["valid_to"] == "")]


def _made_places(count: int) -> Iterator[dict[str, str]]:
    """Made kecamatan with thirty villages each under Kabupaten Pacitan and its neighbours, by codes nobody has."""
    number = 0
    for parent in [f"35.{one:02d}" for one in range(1, 30) if one != 16]:
        for district in range(60, 100):
            code = f"{parent}.{district}"
            bps = parent.replace(".", "") + f"9{district}"
            yield _place(code, bps, f"Kecamatan Simulasi {_letters(number)}", "subdistrict", parent)
            number += 1
            if number == count:
                return
            for village in range(2001, 2031):
                name = f"Desa Simulasi {_letters(number)}"
                yield _place(f"{code}.{village}", f"{bps}{village % 1000:03d}", name, "village", code)
                number += 1
                if number == count:
                    return


def _place(code: str, bps: str, name: str, level: str, parent: str) -> dict[str, str]:
    return {
        "code": code,
        "bps_code": bps,
        "name": name,
        "level": level,
        "parent": parent,
        "valid_from": "",
        "valid_to": "",
        "instrument": "",
        "successor": "",
    }


def _letters(number: int) -> str:
    text = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        text = chr(ord("a") + rest) + text
    return text.capitalize()


def _indicator(number: int) -> str:
    counted = number % 2 == 0
    weighted = 'kind = "weighted_mean", weights = ["simulated_000"], exactness = "approximate"'
    rules = '[{ kind = "sum" }]' if counted else f"[{{ {weighted} }}]"
    return f"""
[[indicator]]
id = "simulated_{number:03d}"
label.id = "Simulasi {number:03d}"
label.en = "Simulation {number:03d}"
unit = "{"person" if counted else "percent"}"
decimals = 2
derived_decimals = 2
bounds = {{ min = 0, basis = "meaning" }}
definition.id = "Angka buatan untuk mengukur kecepatan, bukan angka siapa pun."
definition.en = "Made figures to measure speed, nobody's figures."
producer = "Simulasi"
method_version = "simulasi"
reference.id = "tahunan"
reference.en = "annual"
estimation_level = "village"
wide = false
rules = {rules}
"""


def _contract(name: str, number: int, regions: list[str]) -> str:
    unit, text = ("percent", "persen") if number % 2 else ("person", "orang")
    return f"""id = "{name}"
title.id = "Simulasi {number:03d}"
title.en = "Simulation {number:03d}"
publisher = "Simulasi"
owner = "Simulasi"
publication = "Dibuat oleh benchmarks/bulk_office.py; bukan angka siapa pun"
evidence = "publication"
synthetic = true
edition = "replaces"
first_seen = {FIRST_SEEN}

[connector]
kind = "file"
path = "{name}.csv"

[format]
encoding = "utf-8"
delimiter = ";"
decimal = ","

[[columns]]
header = ["kode_wilayah"]
role = "region_code"
scheme = "kemendagri"

[[columns]]
header = ["nama_wilayah"]
role = "region_name"

[[columns]]
header = ["tahun"]
role = "period"

[[columns]]
header = ["satuan"]
role = "unit"

[[columns]]
header = ["nilai"]
role = "value"

[[measures]]
indicator = "simulated_{number:03d}"
unit = "{unit}"
unit_text = "{text}"
precision = [{{ decimals = 2 }}]

[marks]
missing = ["-", "..."]

[rows]
at_least = {len(regions)}

[expect]
regions = {json.dumps(regions)}
first_year = {FIRST}
"""
