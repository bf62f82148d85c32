"""The .xls that is an HTML page: tables by number, joined as the contract says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.sheets import contract

from catalog.contract import Contract
from catalog.formats import HtmlFormat
from catalog.load import Catalog
from flows.door import judge_at_door
from transforms.html_table import all_tables, read_html
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import tidy

SPLIT = """<html><body><table><table class="luar"><tbody><tr><td><div>
<table><tbody><tr><th rowspan="2">Kategori<br>PDRB</th></tr></tbody></table>
<table><tbody><tr><td>A    Pertanian</td></tr><tr><td>F &amp; Konstruksi</td></tr></tbody></table></div></td>
<td><table><tr><th colspan="2">DISTRIBUSI (Persen)</th></tr><tr><th>2023</th><th>2022</th></tr></table>
<table><tr><td>0.53</td><td>0.57</td></tr><tr><td>9.85</td><td>10.11</td></tr></table>
</td></tr></tbody></table></table></body></html>"""


def html(**changes: Any) -> HtmlFormat:
    return HtmlFormat.model_validate({"kind": "html", **changes})


def split(**form: Any) -> Contract:
    return contract(
        region="35.76",
        format={"kind": "html", "tables": [[3, 5], [4, 6]], "header_rows": 2, **form},
        columns=[
            {"header": ["Kategori PDRB", ""], "role": "breakdown", "dimension": "sector",
             "codes": {"A Pertanian": "A", "F & Konstruksi": "F"}},
            {"header": ["DISTRIBUSI (Persen)", "{year}"], "role": "value",
             "years": {"first": 2022, "order": "descending"}},
        ],
        measures=[{"indicator": "grdp_sector_share", "unit": "percent", "precision": [{"decimals": 2}]}],
    )  # fmt: skip


def refusal(data: bytes, by: Contract) -> ContractMismatch:
    with pytest.raises(ContractMismatch) as caught:
        read_table(data, by)
    return caught.value


def test_tables_that_a_page_splits_are_put_together_again(catalog: Catalog) -> None:
    frame = tidy(read_table(SPLIT.encode(), split()), split(), catalog)
    found = {(row.breakdown, row.period): row.value for row in frame.itertuples()}
    assert found["sector=F", "2022"] == Decimal("10.11")
    assert found["sector=A", "2023"] == Decimal("0.53")
    assert frame["source_line"].tolist() == [3, 3, 4, 4]


def test_tables_are_numbered_as_they_begin_nested_ones_included() -> None:
    assert [len(table) for table in all_tables(SPLIT.encode(), html())] == [0, 1, 2, 2, 2, 2]


def test_spans_leave_empty_cells_as_merged_cells_do() -> None:
    page = b"<table><tr><td rowspan=2>a<td colspan=2>b<td>c<tr><td>d<td>e<td>f</table>"
    assert read_html(page, html()).rows == [["a", "b", "", "c"], ["", "d", "e", "f"]]


def test_scripts_are_not_text_and_white_space_collapses() -> None:
    page = b"<table><tr><td> Kota\n  Mojokerto <script>x=1</script></td><td>5&nbsp;</td></tr></table>"
    assert read_html(page, html()).rows == [["Kota Mojokerto", "5"]]


def test_a_table_that_is_not_there_or_does_not_fit_is_refused() -> None:
    assert "6 tabel" in refusal(SPLIT.encode(), split(tables=[[3, 5], [4, 9]])).message.id
    assert refusal(SPLIT.replace("<tr><td>F &amp; Konstruksi</td></tr>", "").encode(), split()).rule == "tables"
    assert refusal(b"<html>gangguan</html>", split()).rule == "tables"


def test_a_page_in_another_encoding_is_refused() -> None:
    assert refusal(SPLIT.replace("Pertanian", "Pertanian\u00e9").encode("cp1252"), split()).rule == "encoding"


def test_spans_and_nesting_beyond_reason_are_refused() -> None:
    wide = b"<table>" + b'<tr><td colspan="1000" rowspan="60000">x</td></tr>' * 3 + b"</table>"
    for page in (wide, b"<table><tr><td>" * 200):
        assert refusal(page, contract(format={"kind": "html"})).rule == "too_large"


def test_an_html_contract_takes_html_at_the_door_but_no_personal_data() -> None:
    assert judge_at_door(SPLIT.encode(), split()) is None
    refused = judge_at_door(SPLIT.replace("9.85", "3576014107900001").encode(), split())
    assert refused is not None
    assert refused.rule == "no_personal_data"
