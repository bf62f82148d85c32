"""Table and history rules: what refuses a whole file, and what only warns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from small_world import CITY, REGENCY, Judge, by_rule, contract_with, figure, tidy_table

from catalog.contract import Contract
from catalog.load import Catalog
from expectations.judge import judge_history, judge_table
from expectations.verdict import Check, PreviousEdition, refusal

REGENCY_ROW = figure(region_code=REGENCY, region_text="Kabupaten Mojokerto")
UNKNOWN = {"region_code": None, "region_problem": "unknown"}


def table(judge: Judge, catalog: Catalog, contract: Contract, *rows: dict[str, Any]) -> list[Check]:
    failures = judge(*rows, under=contract).failures
    return judge_table(tidy_table(*rows), failures, contract, catalog, "ab" * 32)


def test_a_sound_table_is_not_refused(judge: Judge, catalog: Catalog, contract: Contract) -> None:
    checks = table(judge, catalog, contract, figure(), REGENCY_ROW)
    assert {check.outcome for check in checks} == {"passed"}
    assert refusal(checks) is None


def test_too_few_rows_refuse_the_file(judge: Judge, catalog: Catalog) -> None:
    contract = contract_with(rows={"at_least": 3})
    refused = refusal(table(judge, catalog, contract, figure(), REGENCY_ROW))
    assert refused is not None
    assert refused.rule == "enough_rows"
    assert "2 baris data" in refused.message_id


def test_rows_of_the_file_are_counted_and_not_figures(judge: Judge, catalog: Catalog) -> None:
    wide = [figure(source_line=5, period=str(year), year=year) for year in (2021, 2022, 2023)]
    checks = table(judge, catalog, contract_with(rows={"at_least": 2}), *wide)
    assert by_rule(checks)["enough_rows"].outcome == "failed"


def test_a_missing_region_refuses_the_file_and_is_named(judge: Judge, catalog: Catalog, contract: Contract) -> None:
    refused = refusal(table(judge, catalog, contract, figure(), figure(period="2022", year=2022)))
    assert refused is not None
    assert refused.rule == "regions_complete"
    assert "Kabupaten Mojokerto (35.16)" in refused.message_id


def test_a_region_that_cannot_be_read_is_told_by_its_row_and_does_not_refuse_the_file(
    judge: Judge, catalog: Catalog
) -> None:
    contract = contract_with(expect={"max_quarantine": 0.5})
    checks = table(judge, catalog, contract, figure(), figure(region_text="Kab. Mojokreto", **UNKNOWN))
    assert by_rule(checks)["regions_complete"].outcome == "passed"


def test_a_region_of_another_file_does_not_stand_in_for_the_missing_one(
    judge: Judge, catalog: Catalog, contract: Contract
) -> None:
    checks = table(judge, catalog, contract, figure(), figure(region_code="35"))
    assert by_rule(checks)["regions_complete"].outcome == "failed"


def test_a_file_that_need_not_be_complete_may_lack_a_region(judge: Judge, catalog: Catalog) -> None:
    checks = table(judge, catalog, contract_with(expect={"complete": False}), figure())
    assert "regions_complete" not in by_rule(checks)


def test_too_many_quarantined_figures_refuse_the_file_and_show_the_first(judge: Judge, catalog: Catalog) -> None:
    bad = figure(raw="lima", value=None, decimals=None)
    refused = refusal(table(judge, catalog, contract_with(), bad, REGENCY_ROW))
    assert refused is not None
    assert refused.rule == "quarantine_share"
    assert "50 persen" in refused.message_id
    assert '"lima"' in refused.message_id


def test_a_share_at_the_limit_is_accepted(judge: Judge, catalog: Catalog) -> None:
    bad = figure(raw="lima", value=None, decimals=None)
    checks = table(judge, catalog, contract_with(expect={"max_quarantine": 0.5}), bad, REGENCY_ROW)
    assert refusal(checks) is None


def test_warnings_do_not_count_as_quarantined(judge: Judge, catalog: Catalog, contract: Contract) -> None:
    rows = (figure(raw="lima", value=None, decimals=None), REGENCY_ROW)
    mild = [replace(item, severity="warning") for item in judge(*rows).failures]
    checks = judge_table(tidy_table(*rows), mild, contract, catalog, "ab" * 32)
    assert by_rule(checks)["quarantine_share"].outcome == "passed"


def test_a_file_without_rows_is_refused(judge: Judge, catalog: Catalog, contract: Contract) -> None:
    refused = refusal(table(judge, catalog, contract))
    assert refused is not None
    assert refused.outcome == "failed"


def sector_row(region: str, year: int, code: str) -> dict[str, Any]:
    return figure(
        indicator="grdp",
        region_code=region,
        period=str(year),
        year=year,
        breakdown=f"sector={code}",
        breakdown_text=code,
    )


def sectors() -> Contract:
    return contract_with(
        measures=[{"indicator": "grdp", "unit": "million_rupiah", "precision": [{"decimals": 2}]}],
        columns=[
            {"header": ["Wilayah"], "role": "region_name"},
            {"header": ["PDRB"], "role": "value", "measure": "grdp"},
        ],
    )


def test_an_incomplete_breakdown_warns_and_names_region_and_year(judge: Judge, catalog: Catalog) -> None:
    rows = [sector_row(region, year, code) for region in (CITY, REGENCY) for year in (2022, 2023) for code in "AB"]
    whole = table(judge, catalog, sectors(), *rows)
    assert by_rule(whole)["sectors_complete"].outcome == "passed"
    gapped = table(judge, catalog, sectors(), *rows[:-1])
    check = by_rule(gapped)["sectors_complete"]
    assert (check.outcome, check.severity) == ("failed", "warning")
    assert "Kabupaten Mojokerto (35.16) 2023" in check.message_id
    assert "2022" not in check.message_id
    assert refusal(gapped) is None


def test_a_total_beside_its_parts_is_not_counted_as_a_part(judge: Judge, catalog: Catalog) -> None:
    rows = [sector_row(CITY, 2023, "A"), figure(indicator="grdp"), sector_row(REGENCY, 2023, "A")]
    check = by_rule(table(judge, catalog, sectors(), *rows))["sectors_complete"]
    assert (check.evaluated, check.failed) == (2, 2)


@pytest.mark.parametrize(("rows", "refused"), [(100, False), (80, False), (79, True), (50, True)])
def test_a_file_that_shrank_below_the_declared_share_is_refused(contract: Contract, rows: int, refused: bool) -> None:
    before, now = PreviousEdition("old", rows=100, keys=10), PreviousEdition("new", rows=rows, keys=10)
    checks = judge_history(now, before, contract)
    assert (by_rule(checks)["not_shrunk"].outcome == "failed") is refused
    assert (refusal(checks) is not None) is refused
    assert {check.gate for check in checks} == {"history"}


def test_figures_replaced_by_marks_are_noticed_though_the_rows_stayed(contract: Contract) -> None:
    before, now = PreviousEdition("old", rows=100, keys=1200), PreviousEdition("new", rows=100, keys=600)
    refused = refusal(judge_history(now, before, contract))
    assert refused is not None
    assert refused.rule == "figures_not_lost"
    assert "1.200" in refused.message_id
    assert "1,200" in refused.message_en


def test_history_is_judged_only_against_a_previous_edition(judge: Judge, catalog: Catalog, contract: Contract) -> None:
    rows = (figure(), REGENCY_ROW)
    frame, failures = tidy_table(*rows), judge(*rows).failures
    first = judge_table(frame, failures, contract, catalog, "ab" * 32)
    later = judge_table(frame, failures, contract, catalog, "ab" * 32, PreviousEdition("old", rows=9, keys=9))
    assert "history" not in {check.gate for check in first}
    assert by_rule(later)["not_shrunk"].outcome == "failed"


def test_plain_object_columns_are_judged_like_arrow_columns(judge: Judge, catalog: Catalog, contract: Contract) -> None:
    rows = (figure(), figure(raw="lima", value=None, decimals=None))
    frame = tidy_table(*rows)
    plain = pd.DataFrame({name: frame[name].astype(object).where(frame[name].notna(), None) for name in frame})
    failures = judge(*rows).failures
    arrow = judge_table(frame, failures, contract, catalog, "ab" * 32)
    assert judge_table(plain, failures, contract, catalog, "ab" * 32) == arrow
