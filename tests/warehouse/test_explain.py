"""Every published measure explains itself, down to the bytes that the publisher gave us."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.office import Office

from catalog.contract import ContractFile
from catalog.load import Catalog
from transforms.numbers import NumberReader
from transforms.rules import hdi
from warehouse.book import Book, Key, Row, load_book
from warehouse.explain import NothingToExplain, explain
from warehouse.formula import formula_of
from warehouse.query import query
from warehouse.standing_measures import PEERS, TARGETS
from warehouse.telling import near_ends, tell

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")
PER_CELL = {"source", "publication", "evidence", "snapshot", "file", "line", "column", "raw", "sheet", "cell"}
SECTOR_MEASURES = ("share", "growth", "contribution")
RAYA = "mojokerto-raya"
# A rank stands beside the cells of all it is compared with; one row in so many is explained. No count of regions or
# years is its multiple, so every indicator, scope, region and year is met.
APART = 3

Told = dict[str, Any]


@pytest.fixture(scope="session")
def release(whole: Office) -> Path:
    return (whole.settings.data / "current").resolve()


@pytest.fixture(scope="session")
def book(release: Path) -> Book:
    return load_book(release)


@pytest.fixture(scope="session")
def told(book: Book) -> list[Told]:
    """The explanation of every non-null joint value and of every measure of the industries."""
    found = [explain(book, key) for key, row in book.figures.items() if row["value"] is not None]
    found += [
        explain(book, key, measure)
        for key, row in book.sectors.items()
        for measure in SECTOR_MEASURES
        if row[measure] is not None
    ]
    return found


def cells_of(told: list[Told]) -> Iterator[Told]:
    for item in told:
        for part in item["inputs"]:
            yield from part["cells"]


def digits_of(book: Book, item: Told) -> int:
    return 4 if item["measure"] != "value" else int(book.indicators[item["indicator"]]["derived_decimals"])


def read_formula(text: str) -> float:
    """What a printed formula gives, read as a person would: 1.234,5 is a number, x multiplies, ln is natural."""
    plain = re.sub(r"(?<=\d)\.(?=\d{3})", "", text).replace(",", ".")
    plain = plain.replace(" x ", " * ").replace("^(1/3)", "**(1/3)")
    assert re.fullmatch(r"[0-9.()+\-*/ ln]+", plain), text
    return float(eval(plain, {"__builtins__": {}, "ln": math.log}))  # noqa: S307  # digits and signs only, see above


def test_the_walk_covers_every_measure_of_every_published_table(release: Path, told: list[Told]) -> None:
    count = "SELECT count(value) FROM joint.indicator_value WHERE superseded_at IS NULL"
    sectors = "SELECT count(share) + count(growth) + count(contribution) FROM joint.economy_sector"
    assert len(told) == query(release, count)[1][0][0] + query(release, sectors)[1][0][0]
    assert len(told) > 15_000


@pytest.mark.parametrize("table", ["poverty", "economy", "services"])
def test_a_wide_table_holds_the_values_that_are_explained(release: Path, told: list[Told], table: str) -> None:
    known = {
        (item["indicator"], item["region"], item["period"]): item["value"]
        for item in told
        if item["breakdown"] == "_T" and item["measure"] == "value"
    }
    columns, rows = query(release, f"SELECT * FROM joint.{table}")
    indicators = [name for name in columns if f"{name}_status" in columns]
    for row in (dict(zip(columns, values, strict=True)) for values in rows):
        for name in indicators:
            if row[name] is not None:
                assert known[name, row["region_code"], str(row["year"])] == row[name]


def test_every_printed_formula_gives_its_value_to_the_declared_digits(book: Book, told: list[Told]) -> None:
    for item in told:
        close = 0.5 * 10.0 ** -digits_of(book, item) if item["method"] != "official" else 1e-6
        found = read_formula(item["formula"])
        assert abs(found - item["value"]) <= close + 1e-9 * max(1, abs(item["value"])), (item["formula"], item["value"])


def test_every_value_follows_from_its_inputs_by_its_method(book: Book, told: list[Told]) -> None:
    for item in told:
        if item["method"] == "official":
            assert item["inputs"][0]["cells"][0]["value"] == pytest.approx(item["value"], rel=1e-12)
        else:
            found = METHODS[item["formula_kind"]](item)
            # Inputs are published values: derived ones among them carry their own rounding.
            room = 0.5 * 10.0 ** -digits_of(book, item) + spread(book, item)
            assert abs(found - item["value"]) <= room, (item["indicator"], item["region"], item["period"], found)


def spread(book: Book, item: Told) -> float:
    """How far the rounding of derived inputs may move a value."""
    widths = [
        0.5 * 10.0 ** -book.indicators[part["indicator"]]["derived_decimals"] / abs(part["value"])
        for part in item["inputs"]
        if part["inputs"] and part["value"]
    ]
    return 2 * (abs(item["value"]) + 100 * (item["formula_kind"] == "growth")) * sum(widths) + 1e-9


def numbers(item: Told, role: str) -> list[float]:
    return [part["value"] for part in item["inputs"] if part["role"] == role]


def pooled(item: Told) -> float:
    counts, rates = numbers(item, "numerator"), numbers(item, "rate_behind_denominator")
    return sum(counts) / sum(count / rate for count, rate in zip(counts, rates, strict=True))


def mean(item: Told) -> float:
    values, weights = numbers(item, "value"), numbers(item, "weight")
    each = len(weights) // len(values)
    products = [math.prod(weights[start : start + each]) for start in range(0, len(weights), each)]
    return sum(value * weight for value, weight in zip(values, products, strict=True)) / sum(products)


def ratio(item: Told) -> float:
    found = sum(numbers(item, "numerator")) / sum(numbers(item, "denominator"))
    # The scale is a power of ten that the catalog declares; the unit says which.
    return found * (100 if item["unit"] != "ratio" else 1)


def change(item: Told) -> float:
    return 100 * (numbers(item, "level")[0] / numbers(item, "level_before")[0] - 1)


def contribution(item: Told) -> float:
    step = numbers(item, "level")[0] - numbers(item, "level_before")[0]
    return 100 * step / numbers(item, "total_before")[0]


METHODS: dict[str, Callable[[Told], float]] = {
    "sum": lambda item: sum(numbers(item, "part")),
    "ratio": ratio,
    "implied": pooled,
    "weighted_mean": mean,
    "growth": change,
    "contribution": contribution,
    "hdi": lambda item: hdi(*numbers(item, "component")),
}


def test_the_published_figures_of_a_formula_are_those_that_the_release_recorded(book: Book) -> None:
    derived = [key for key, row in book.figures.items() if row["value"] is not None and row["method"] != "official"]
    assert len(derived) > 1_500
    for key in derived:
        formula = formula_of(book, key)
        assert formula is not None
        recorded = sorted(
            (row["role"], Key(row["input_indicator"], row["input_region"], row["input_period"], row["input_breakdown"]))
            for row in book.inputs[key]
        )
        assert sorted(formula.leaves()) == recorded


def test_every_input_of_a_value_ends_in_published_cells(told: list[Told]) -> None:
    for item in told:
        assert item["inputs"]
        assert all(part["cells"] for part in item["inputs"])
    for cell in cells_of(told):
        assert set(cell) >= PER_CELL
        assert re.fullmatch("[0-9a-f]{64}", cell["snapshot"])
        assert cell["line"] >= 1
        assert all(cell[name] for name in ("source", "publication", "evidence", "file", "column", "raw"))


def test_line_column_and_raw_text_are_those_of_the_kept_file(
    whole: Office, contracts: dict[str, ContractFile], told: list[Told]
) -> None:
    @cache
    def table(source: str, snapshot: str) -> tuple[dict[int, list[str]], int]:
        form = contracts[source].contract.format
        found = list((whole.settings.data / "snapshots").glob(f"{snapshot}.*"))
        text = found[0].read_bytes().decode(form.encoding)
        reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=form.delimiter)
        lines, begun = {}, 1
        for row in reader:
            lines[begun], begun = row, reader.line_num + 1
        return lines, form.header_rows

    seen = {(cell["snapshot"], cell["line"], cell["column"], cell["raw"], cell["source"]) for cell in cells_of(told)}
    assert len(seen) > 10_000
    for snapshot, line, column, raw, source in seen:
        lines, height = table(source, snapshot)
        assert raw in lines[line]
        above = [rows for number, rows in sorted(lines.items()) if number < line]
        last = column.split(" / ")[-1]
        placed = [
            index
            for index, text in enumerate(lines[line])
            if text == raw and any(len(row) > index and row[index].strip() == last for row in above)
        ]
        assert placed, (source, line, column, raw, height)


def test_a_cell_read_in_its_dialect_and_converted_gives_the_figure(
    contracts: dict[str, ContractFile], told: list[Told]
) -> None:
    for item in told:
        if item["method"] != "official":
            continue
        cell = item["inputs"][0]["cells"][0]
        contract = contracts[cell["source"]].contract
        printed = NumberReader(contract.format, contract.marks).read(cell["raw"]).value
        assert printed is not None
        factor = re.search(r" x ([0-9.]+) = ", cell["done"] or "")
        assert float(printed) * float(factor.group(1) if factor else 1) == pytest.approx(item["value"], rel=1e-9)


@pytest.fixture(scope="session")
def standings(book: Book) -> list[tuple[Row, Told]]:
    """Every row of joint.target and one in `APART` of joint.peer, with the explanation of each of their measures."""
    found = []
    for rows, measures, name, step in ((book.targets, TARGETS, "document", 1), (book.peers, PEERS, "scope", APART)):
        for row in [row for listed in rows.values() for row in listed][::step]:
            key = Key(row["indicator"], row["region_code"], str(row["year"]), f"{name}={row[name]}")
            found += [(row, explain(book, key, measure)) for measure in measures if row[measure] is not None]
    return found


def test_every_measure_of_targets_and_ranks_is_explained(release: Path, standings: list[tuple[Row, Told]]) -> None:
    counts = {
        table: query(release, f"SELECT {' + '.join(f'count({name})' for name in names)} FROM joint.{table}")[1][0][0]
        for table, names in (("target", TARGETS), ("peer", PEERS))
    }
    explained = Counter("target" if "document" in row else "peer" for row, _ in standings)
    assert explained["target"] == counts["target"]
    assert explained["peer"] * APART == pytest.approx(counts["peer"], rel=0.05)
    for row, item in standings:
        assert item["value"] == row[item["measure"]]
        declared = item["measure"].startswith("target") and item["declared"]["publication"]
        assert declared or item["value"] in {"no_data", 0, 1} or all(part["cells"] for part in item["inputs"])


def test_every_formula_of_targets_and_ranks_gives_its_value(standings: list[tuple[Row, Told]]) -> None:
    for row, item in standings:
        if item["measure"] == "verdict":
            if item["formula"] is None:
                assert row["null_reason"]
                continue
            left, sign, right = re.fullmatch(r"(.*) (<=|>=|<|>) (.*)", item["formula"]).groups()  # type: ignore[union-attr]
            good = "<=" if row["direction"] == "lower_is_better" else ">="
            assert (sign == good) == (item["value"] in {"met", "on_track"})
            apart = read_formula(left) - read_formula(right)
            assert apart <= 1e-9 if sign in {"<=", "<"} else apart >= -1e-9
        else:
            digits = {"percentile": 2, "achievement": 2}.get(item["measure"], 4)
            close = 0.5 * 10.0**-digits if item["measure"] not in {"rank", "better", "tied", "comparable"} else 0
            assert abs(read_formula(item["formula"]) - item["value"]) <= close + 1e-9, item["formula"]


def test_a_rank_follows_from_the_values_that_are_listed(standings: list[tuple[Row, Told]]) -> None:
    seen = 0
    for row, item in standings:
        if item["measure"] != "rank":
            continue
        own = numbers(item, "own")[0]
        others = numbers(item, "compared")
        ahead = [value for value in others if (value < own if row["first_is"] == "lowest" else value > own)]
        assert item["value"] == len(ahead) + 1
        assert (row["comparable"], row["tied"]) == (len(others) + 1, others.count(own))
        seen += 1
    assert seen > 1_000 / APART


def test_a_verdict_names_the_document_and_both_numbers(book: Book, catalog: Catalog) -> None:
    text = tell(explain(book, Key("poverty_rate", "35.76", "2023"), "verdict"), catalog, "id")
    assert "tidak sesuai arah: 5,77 > 5,62" in text
    assert "RKPD Kota Mojokerto 2023" in text
    assert "kutipan pers" in text


def test_the_control_value_reads_as_an_analyst_would_say_it(book: Book, catalog: Catalog) -> None:
    found = explain(book, Key("poverty_rate", RAYA, "2023"))
    text = tell(found, catalog, "id")
    assert (
        "9,38 persen (9,379 sampai 9,389 karena pembulatan; kesalahan sampling tidak diterbitkan) "
        "= 100 x (7.650 + 112.860) / (132.582 + 1.151.633), rasio jumlah, selaras dengan jumlah terbitan"
    ) in text
    assert "gabungan hitung, bukan angka resmi BPS" in text
    assert "transkripsi kami, salinan pihak ketiga" in text
    assert "baris 3, kolom 'Jumlah Penduduk Miskin (Ribu Jiwa) / 2023', tertulis \"7,65\"" in text
    assert "ribu jiwa x 1.000 = jiwa" in text
    english = tell(explain(book, Key("poverty_rate", RAYA, "2023"), lang="en"), catalog, "en")
    assert "9.38 percent (9.379 to 9.389 from rounding; sampling error not published)" in english
    assert "= 100 x (7,650 + 112,860) / (132,582 + 1,151,633)" in english


def test_no_explanation_says_that_a_survey_figure_rose_or_fell(catalog: Catalog, told: list[Told]) -> None:
    survey = [item for item in told if item["survey"] and not item["break_flag"]]
    for item in survey[::100]:
        text = tell(item, catalog, "id").lower().partition("masukan, sampai")[0]
        assert not re.search(r"\b(naik|turun|menurun|meningkat|membaik|memburuk)\b", text)
        assert "signifikansi bedanya dengan tahun atau wilayah lain tidak diuji" in text


def test_all_candidates_are_shown_with_the_reason_why_one_is_used(book: Book) -> None:
    found = explain(book, Key("poverty_rate", "35.76", "2023"))
    used = {item["source"]: item["used"] for item in found["candidates"]}
    assert used == {"kota-mojokerto-kemiskinan": True, "bps-jatim-persentase-penduduk-miskin": False}
    assert all("kota-mojokerto-kemiskinan (mulai 2015)" in item["why"] for item in found["candidates"])


def test_what_is_known_to_be_apart_in_the_publications_is_told(book: Book, catalog: Catalog) -> None:
    found = explain(book, Key("grdp_constant_2010", "35.16", "2016"), catalog=catalog)
    assert any("berbeda vintase" in item["message"] for item in found["findings"])
    assert "(pengecualian yang diketahui)" in tell(found, catalog, "id")
    other = explain(book, Key("grdp_constant_2010", "35.16", "2022"), catalog=catalog)
    assert not any("berbeda vintase" in item["message"] for item in other["findings"])


def test_every_used_candidate_of_a_published_value_is_the_one_its_row_names(book: Book, told: list[Told]) -> None:
    for item in told:
        if item["method"] == "official":
            own = [cell["source"] for cell in item["candidates"] if cell["used"]]
            key = Key(item["indicator"], item["region"], item["period"], item["breakdown"])
            assert own == [book.figures[key]["source"]]


def test_a_cell_of_a_workbook_is_named_by_sheet_and_address(book: Book, catalog: Catalog) -> None:
    found = explain(book, Key("poverty_rate", "35.76", "2023"))
    found["inputs"][0]["cells"][0].update(sheet="Tabel 4.1", cell="C9")
    assert "lembar 'Tabel 4.1', sel C9, baris 3, kolom" in tell(found, catalog, "id")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (Key("hdi_sp2010", RAYA, "2021"), "74,60 indeks (74,58 sampai 74,62 karena pembulatan) = 100 x (((72,67 - 20)"),
        (Key("grdp_growth", RAYA, "2016"), "5,51 persen (5,510 sampai 5,512 karena pembulatan) = 100 x (53.582.420 /"),
        (Key("open_unemployment_rate", RAYA, "2021"), "rata-rata tertimbang, pendekatan"),
        (Key("poor_population", RAYA, "2023"), "120.510 jiwa (120.500 sampai 120.520 karena pembulatan"),
    ],
)
def test_a_range_is_written_to_equal_places(book: Book, catalog: Catalog, key: Key, said: str) -> None:
    assert said in tell(explain(book, key), catalog, "id")


def test_a_missing_value_names_the_inputs_that_are_missing(book: Book, catalog: Catalog) -> None:
    found = explain(book, Key("open_unemployment_rate", RAYA, "2016"))
    assert found["value"] is None
    assert found["formula"] is None
    lacking = {(item["indicator"], item["region"]) for item in found["inputs"] if item["value"] is None}
    assert {("unemployed", "35.76"), ("open_unemployment_rate", "35.16")} <= lacking
    text = tell(found, catalog, "id")
    assert "Tidak ada angka: angka salah satu anggota tidak ada" in text
    assert "= kosong" in text


def test_every_missing_value_says_why(book: Book, catalog: Catalog) -> None:
    gaps = [key for key, row in book.figures.items() if row["value"] is None]
    assert gaps
    for key in gaps:
        found = explain(book, key)
        assert found["null_reason"] in catalog.reasons
        assert found["formula"] is None
        if found["null_reason"] in {"member_missing", "component_missing", "part_missing", "no_previous_year"}:
            assert any(item["value"] is None and item["null_reason"] for item in found["inputs"]), key
        if found["null_reason"] == "published_as_missing":
            assert found["inputs"][0]["cells"][0]["raw"] in {"-", "...", "NA", "0.00"}


def test_what_cannot_be_aggregated_says_so_in_the_words_of_the_catalog(book: Book, catalog: Catalog) -> None:
    text = tell(explain(book, Key("gini_ratio", RAYA, "2023")), catalog, "id")
    assert "Rasio Gini tidak terurai menurut daerah" in text


def test_an_empty_year_of_the_wide_tables_is_a_known_gap(book: Book) -> None:
    found = explain(book, Key("hdi_lf_sp2020", RAYA, "2005"))
    assert found["null_reason"] == "not_in_sources"
    with pytest.raises(NothingToExplain):
        explain(book, Key("hdi_lf_sp2020", RAYA, "1901"))


def test_a_figure_below_the_regencies_is_explained_from_its_cell(book: Book) -> None:
    below = next(
        key for key in sorted(book.observations) if key.region.startswith("35.76.") and key not in book.figures
    )
    found = explain(book, below)
    assert not found["in_joint"]
    assert found["inputs"][0]["cells"][0]["raw"]


def test_of_a_large_release_only_what_is_asked_about_is_read_and_it_is_explained_alike(
    release: Path, book: Book, told: list[Told]
) -> None:
    central = load_book(release, many=0)
    assert len(central.observations) < len(book.observations)
    assert [explain(central, key) for key, row in central.figures.items() if row["value"] is not None] == told[
        : sum(row["value"] is not None for row in book.figures.values())
    ]
    below = next(
        key for key in sorted(book.observations) if key.region.startswith("35.76.") and key not in central.observations
    )
    for asked in (below.region, book.regions[below.region]["name"]):
        assert explain(load_book(release, asked, many=0), below) == explain(book, below)


def test_a_value_that_was_revised_shows_what_it_was(office: Office, catalog: Catalog) -> None:
    office.edit("kota-mojokerto-kemiskinan", lambda text: text.replace("5,77", "5,80"))
    assert office.run().release is not None
    book = load_book((office.settings.data / "current").resolve())
    found = explain(book, Key("poverty_rate", "35.76", "2023"))
    cell = found["inputs"][0]["cells"][0]
    assert (found["value"], cell["raw"]) == (5.8, "5,80")
    assert [item["value"] for item in cell["vintages"]] == [5.77, 5.8]
    assert [item["closed_reason"] for item in cell["vintages"]] == ["revised", None]
    differs = {item["source"]: item["differs"] for item in found["candidates"]}
    assert differs == {"kota-mojokerto-kemiskinan": None, "bps-jatim-persentase-penduduk-miskin": True}
    text = tell(found, catalog, "id")
    assert "berbeda melebihi pembulatan" in text
    assert re.search(r"5,77: diketahui sejak .* \(direvisi\)", text)


@pytest.mark.parametrize(
    ("low", "high", "decimals", "ends"),
    [
        (9.3785, 9.3894, 3, (9.379, 9.389)),
        (-0.0025, 0.0025, 3, (-0.002, 0.002)),
        (9.795, 9.805, 3, (9.795, 9.805)),
        (120500.0, 120520.0, 1, (120500.0, 120520.0)),
    ],
)
def test_the_ends_of_a_range_are_shown_to_the_nearest(
    low: float, high: float, decimals: int, ends: tuple[float, float]
) -> None:
    assert near_ends(low, high, decimals) == ends
