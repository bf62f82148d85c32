"""Title lines above a CSV header: drafted, declared literally, and refused when they read otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support.answers import answered

from catalog.contract import Contract
from catalog.load import Catalog, load_catalog
from flows.door import judge_at_door
from transforms.draft import draft
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import tidy

TABLE = """\
Wilayah;Persentase (Persen);;Jumlah (Ribu Jiwa);
;2023;2024;2023;2024
Kota Mojokerto;5,77;5,57;7,65;7,43
Kabupaten Mojokerto;9,80;9,61;110,12;108,00
"""
TITLES = {
    "two titles": "Penduduk Miskin, Mojokerto\nSusenas Maret, 2023-2024\n",
    "two titles and an empty line": "Penduduk Miskin, Mojokerto\nSusenas Maret, 2023-2024\n\n",
    "two titles as a spreadsheet exports them": "Penduduk Miskin, Mojokerto;;;;\nSusenas Maret, 2023-2024;;;;\n",
    "one title": "Penduduk Miskin, Mojokerto\n",
}
ANSWERS = {
    "ukuran_1": {"indicator": "poverty_rate", "unit": "percent"},
    "ukuran_2": {"indicator": "poor_population", "unit": "thousand_persons"},
}


def drafted(text: str) -> Contract:
    return answered(draft(text.encode(), "kemiskinan.csv", load_catalog()), ANSWERS)


@pytest.mark.parametrize("titles", TITLES.values(), ids=list(TITLES))
def test_a_drafted_contract_reads_a_table_below_its_titles(titles: str, catalog: Catalog) -> None:
    text = titles + TABLE
    by = drafted(text)
    assert by.format.header_rows == titles.count("\n") + 2
    assert judge_at_door(text.encode(), by) is None
    frame = tidy(read_table(text.encode(), by), by, catalog)
    first = titles.count("\n") + 3
    assert frame["source_line"].tolist() == [first] * 4 + [first + 1] * 4
    assert list(frame["value"].astype(object))[:4] == [Decimal("5.77"), Decimal("5.57"), Decimal(7650), Decimal(7430)]


@pytest.mark.parametrize("titles", TITLES.values(), ids=list(TITLES))
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text.replace("Miskin", "Rentan", 1), "baris 1"),
        (lambda text: text.split("\n", 1)[1], "baris 1"),
        (lambda text: f"Draf\n{text}", "baris 1"),
        (lambda text: text.replace("Wilayah", "Daerah"), "baris"),
    ],
    ids=["another title", "a title gone", "a title more", "another header"],
)
def test_a_title_or_header_that_reads_otherwise_is_refused_with_its_line(
    titles: str, change: object, line: str
) -> None:
    text = titles + TABLE
    with pytest.raises(ContractMismatch) as caught:
        read_table(change(text).encode(), drafted(text))  # type: ignore[operator]
    assert line in caught.value.message.id


def test_a_file_in_another_dialect_is_told_as_such_below_titles_too() -> None:
    text = TITLES["two titles"].replace(",", "") + TABLE
    with pytest.raises(ContractMismatch) as caught:
        read_table(text.replace(";", "\t").encode(), drafted(text))
    assert caught.value.rule == "delimiter"
    assert "baris 3" in caught.value.message.id
