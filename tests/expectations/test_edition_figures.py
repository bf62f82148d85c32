"""The figures of a new edition: what slipped is refused at the door, and true next editions come in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from small_world import by_rule
from true_figures import CITY, PROVINCE, REGENCY, tidy_frames

from catalog.contract import ContractFile
from catalog.load import Catalog, load_catalog
from expectations.edition import judge_edition
from expectations.judge import judge_history
from expectations.verdict import Check, refusal
from expectations.view import edition_size
from flows.staging import Staging
from sources.store import LogEntry, SnapshotStore

pytestmark = pytest.mark.xdist_group("identities")

RATES, COUNTS = "bps-jatim-persentase-penduduk-miskin", "bps-jatim-jumlah-penduduk-miskin"
CITY_FILE, UNEMPLOYMENT = "kota-mojokerto-kemiskinan", "bps-jatim-tingkat-pengangguran-terbuka"
GRDP, POPULATION = "bps-mojokerto-pdrb-adhk", "bps-jatim-jumlah-penduduk"
KELURAHAN = "kota-mojokerto-penduduk-kelurahan"
Judge = Callable[..., list[Check]]
Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def real() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def frames(contracts: dict[str, ContractFile], real: Catalog) -> Frames:
    wanted = (RATES, COUNTS, CITY_FILE, UNEMPLOYMENT, GRDP, POPULATION, KELURAHAN, "bps-jatim-sarana-kesehatan")
    return tidy_frames({name: contracts[name] for name in wanted}, real)


@pytest.fixture
def judge(contracts: dict[str, ContractFile], real: Catalog, frames: Frames) -> Judge:
    """Judges an edition of a source against the bundled one, or against `accepted`."""

    def judged(source: str, new: pd.DataFrame, accepted: pd.DataFrame | None = None) -> list[Check]:
        before = frames[source] if accepted is None else accepted
        return judge_edition(new, before, contracts[source].contract, real, "ab" * 32)

    return judged


def failed(checks: list[Check]) -> set[str]:
    """The rules that refuse the edition; a warning lets it in."""
    return {check.rule for check in checks if check.outcome != "passed" and check.severity == "critical"}


def alarms(checks: list[Check]) -> list[Check]:
    return [check for check in checks if check.outcome != "passed" and check.severity == "warning"]


def changed(frame: pd.DataFrame, where: pd.Series, change: Callable[[Decimal], Decimal]) -> pd.DataFrame:
    frame = frame.astype({"value": object})
    values = [value if pd.isna(value) else change(value) for value in frame.loc[where, "value"]]
    frame.loc[where, "value"] = pd.Series(values, index=frame.index[where], dtype=object)
    return frame


def years(frame: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    return frame[frame["year"].between(first, last)].reset_index(drop=True)


def shifted(frame: pd.DataFrame, step: int) -> pd.DataFrame:
    moved = frame.assign(year=frame["year"] + step)
    return moved.assign(period=moved["year"].astype(str))


def swapped(frame: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    code = frame["region_code"].astype(object)
    return frame.assign(region_code=code.replace({one: other, other: one}))


def everything(frame: pd.DataFrame) -> pd.Series:
    return frame["value"].notna()


# True editions


def test_an_edition_with_one_year_more_or_fewer_or_the_same_again_passes(frames: Frames, judge: Judge) -> None:
    for source in (CITY_FILE,):
        frame = frames[source]
        last = int(frame["year"].max())
        for accepted in (years(frame, 0, last - 1), years(frame, last - 1, last), frame):
            assert failed(judge(source, frame, accepted)) == set()
        first = int(frame["year"].min())
        assert failed(judge(source, years(frame, first + 1, last), frame)) == set()
        assert failed(judge(source, years(frame, 0, last - 1), frame)) == {"last_year_kept"}


def test_a_revision_of_every_figure_by_some_percent_passes(frames: Frames, judge: Judge) -> None:
    for source in (RATES, COUNTS, GRDP):
        frame = frames[source]
        revised = changed(frame, everything(frame), lambda value: value * Decimal("1.031"))
        assert failed(judge(source, revised)) == set()


def test_a_first_edition_is_held_against_itself_only(contracts: dict[str, ContractFile], frames: Frames) -> None:
    checks = judge_edition(frames[CITY_FILE], None, contracts[CITY_FILE].contract, load_catalog())
    assert checks == []
    wide = judge_edition(frames[RATES], None, contracts[RATES].contract, load_catalog())
    assert {check.rule for check in wide} == {"province_value_copied", "year_copied"}
    assert {(check.source, check.gate, check.outcome) for check in wide} == {(RATES, "history", "passed")}


# What slips


def test_percent_as_a_fraction_is_refused(frames: Frames, judge: Judge) -> None:
    frame = frames[RATES]
    checks = judge(RATES, changed(frame, everything(frame), lambda value: value / 100))
    assert "scale_kept" in failed(checks)
    why = refusal(checks)
    assert why is not None
    assert "Persentase penduduk miskin, 2004: angkanya berubah" in why.message_id
    assert "Check the unit (thousands or units, percent or fraction)" in why.message_en


@pytest.mark.parametrize("source", [COUNTS, CITY_FILE])
def test_thousands_as_units_are_refused_even_in_one_new_year(source: str, frames: Frames, judge: Judge) -> None:
    frame = frames[source]
    new_year = (frame["year"] == 2025) & (frame["indicator"] == "poor_population")
    checks = judge(source, changed(frame, new_year, lambda value: value / 1000), years(frame, 0, 2024))
    assert "scale_kept" in failed(checks)
    assert "2025" in by_rule(checks)["scale_kept"].message_id


@pytest.mark.parametrize("source", [RATES, GRDP])
def test_city_and_regency_swapped_are_refused(source: str, frames: Frames, judge: Judge) -> None:
    checks = judge(source, swapped(frames[source], CITY, REGENCY))
    assert "regions_in_place" in failed(checks)
    sentence = by_rule(checks)["regions_in_place"]
    assert "Kabupaten Mojokerto (35.16)" in sentence.message_id
    assert "Kota Mojokerto (35.76)" in sentence.message_id
    assert sentence.refuses


@pytest.mark.parametrize(
    ("step", "word"), [(1, "another year in the last edition, such as"), (-1, "years have shifted")]
)
@pytest.mark.parametrize("source", [RATES, CITY_FILE, GRDP])
def test_years_shifted_by_one_are_refused(source: str, step: int, word: str, frames: Frames, judge: Judge) -> None:
    checks = judge(source, shifted(frames[source], step))
    assert "years_in_place" in failed(checks)
    assert word in by_rule(checks)["years_in_place"].message_en


def test_two_year_columns_exchanged_are_refused(frames: Frames, judge: Judge) -> None:
    frame = frames[RATES]
    year = frame["year"].replace({2015: 2021, 2021: 2015})
    checks = judge(RATES, frame.assign(year=year, period=year.astype(str)))
    assert failed(checks) == {"years_in_place"}
    sentence = by_rule(checks)["years_in_place"].message_en
    assert (
        "Poverty rate, 2015: 37 of 37 figures are those of another year in the last edition, such as 2021" in sentence
    )


def test_a_column_moved_down_by_a_row_is_refused(frames: Frames, judge: Judge) -> None:
    frame = frames[RATES].copy()
    rows = frame["year"] == 2019
    frame.loc[rows, "value"] = frame.loc[rows, "value"].shift(1)
    checks = judge(RATES, frame)
    assert failed(checks) == {"regions_in_place"}
    assert "Persentase penduduk miskin, 2019: " in by_rule(checks)["regions_in_place"].message_id


def test_columns_of_men_and_women_exchanged_are_refused(frames: Frames, judge: Judge) -> None:
    frame = frames[POPULATION]
    checks = judge(POPULATION, frame.assign(breakdown=frame["breakdown"].replace({"sex=M": "sex=F", "sex=F": "sex=M"})))
    assert failed(checks) == {"columns_in_place"}


def test_one_row_in_thousands_and_one_moved_point_are_refused(frames: Frames, judge: Judge) -> None:
    frame = frames[COUNTS]
    row = frame["region_code"] == REGENCY
    checks = judge(COUNTS, changed(frame, row, lambda value: value / 1000))
    assert "scale_kept" in failed(checks)
    assert "Kabupaten Mojokerto (35.16)" in by_rule(checks)["scale_kept"].message_id
    cell = (frame["region_code"] == CITY) & (frame["year"] == 2023)
    checks = judge(COUNTS, changed(frame, cell, lambda value: value * 10))
    assert failed(checks) == {"digits_in_place"}
    assert "Kota Mojokerto (35.76), 2023: tertulis 76.500, pada edisi terakhir 7.650" in (
        by_rule(checks)["digits_in_place"].message_id
    )


def test_a_new_year_column_that_repeats_its_neighbour_is_refused(frames: Frames, judge: Judge) -> None:
    before = years(frames[CITY_FILE], 0, 2024)
    copy = shifted(years(before, 2024, 2024), 1)
    checks = judge(CITY_FILE, pd.concat([before, copy], ignore_index=True), before)
    assert "year_not_repeated" in failed(checks)
    assert "2 dari 2 angka sama persis" in by_rule(checks)["year_not_repeated"].message_id


def test_a_repeated_year_of_a_wide_first_edition_is_refused(
    frames: Frames, contracts: dict[str, ContractFile], real: Catalog
) -> None:
    frame = frames[UNEMPLOYMENT]
    others = frame[frame["year"] != 2023]
    copy = shifted(years(frame, 2022, 2022), 1)
    checks = judge_edition(pd.concat([others, copy]), None, contracts[UNEMPLOYMENT].contract, real)
    assert failed(checks) == {"year_copied"}
    assert refusal(checks) is not None


def test_the_province_in_the_citys_row_is_refused(
    frames: Frames, contracts: dict[str, ContractFile], real: Catalog
) -> None:
    rates = frames[RATES]
    own = rates[rates["region_code"] != CITY]
    copy = rates[rates["region_code"] == PROVINCE].assign(region_code=CITY)
    checks = judge_edition(pd.concat([own, copy]), None, contracts[RATES].contract, real)
    assert failed(checks) == {"province_value_copied"}


def test_a_file_half_as_long_is_refused_by_its_size(contracts: dict[str, ContractFile], frames: Frames) -> None:
    frame = frames[RATES]
    half = edition_size(frame.iloc[: len(frame) // 2], "cd" * 32)
    checks = judge_history(half, edition_size(frame, "ab" * 32), contracts[RATES].contract)
    assert failed(checks) == {"not_shrunk", "figures_not_lost"}


def test_counts_that_stay_as_they_are_for_years_are_no_repetition(frames: Frames, judge: Judge) -> None:
    source = "bps-jatim-sarana-kesehatan"
    before = years(frames[source], 0, 2020)
    checks = judge(source, pd.concat([before, shifted(years(before, 2020, 2020), 1)], ignore_index=True), before)
    assert failed(checks) == set()


# In the staging cache


def keep(store: SnapshotStore, contract: ContractFile, data: bytes, day: int) -> None:
    digest = hashlib.sha256(data).hexdigest()
    entry = LogEntry(contract.contract.id, digest, len(data), "csv", date(2026, 11, day), "file:test")
    store.keep(entry, data)


def test_an_edition_is_held_against_the_last_accepted_one_and_the_verdict_is_kept(
    tmp_path: Path, contracts: dict[str, ContractFile], real: Catalog
) -> None:
    item = contracts[CITY_FILE]
    data = (item.folder / f"{CITY_FILE}.csv").read_bytes()
    old = data.decode("utf-8-sig")
    assert ";2025;" in old
    fractions = data.replace(b"7,65;", b"0,01;").replace(b"7,43;", b"0,01;")
    store = SnapshotStore(tmp_path)
    for day, content in ((21, data), (22, fractions), (23, data + b"\n")):
        keep(store, item, content, day)
    judged = Staging(tmp_path, item, real).judge_all()
    assert [entry.refused and entry.refused.rule for entry in judged] == [None, "scale_kept", None]
    names = [sorted(path.name for path in entry.folder.glob("table-*.json")) for entry in judged]
    against = f"table-{judged[0].folder.name[:16]}.json"
    assert names == [["table-first.json"], [against], [against]]
    assert Staging(tmp_path, item, real).judge_all() == judged


def test_a_final_figure_that_changes_is_an_alarm_and_a_provisional_one_is_not(judge: Judge, frames: Frames) -> None:
    rates = frames[RATES]
    here = (rates["region_code"] == CITY) & (rates["period"] == "2023")
    revised = changed(rates, here, lambda value: value + Decimal("0.02"))
    (alarm,) = alarms(judge(RATES, revised))
    assert (alarm.rule, alarm.severity, alarm.failed, alarm.gate) == ("final_kept", "warning", 1, "history")
    assert "dari 5,77 menjadi 5,79" in alarm.message_id
    assert "from 5.77 to 5.79" in alarm.message_en
    provisional = rates.assign(obs_status=rates["obs_status"].where(~here, "P"))
    assert not alarms(judge(RATES, revised, provisional))
    assert not alarms(judge(RATES, changed(provisional, here, lambda value: value + Decimal("0.02"))))


def printed(frame: pd.DataFrame, line: int, cells: list[str]) -> pd.DataFrame:
    """The frame with other cells in one line; an empty one is a figure that could not be read."""
    frame = frame.astype({"raw": object, "value": object})
    rows = frame.index[frame["source_line"] == line]
    frame.loc[rows, "raw"] = cells
    frame.loc[rows, "value"] = [Decimal(cell) if cell else None for cell in cells]
    return frame[~((frame["source_line"] == line) & (frame["raw"] == ""))].reset_index(drop=True)


@pytest.mark.parametrize("at", [0, 5, -2])
def test_a_cell_slipped_into_a_row_is_refused_wherever_it_stands(judge: Judge, frames: Frames, at: int) -> None:
    rates = frames[RATES]
    own = rates[rates["source_line"] == 20]["raw"].tolist()
    place = at % len(own)
    slipped = [*own[:place], "", *own[place:-1]]
    assert len(slipped) == len(own)
    assert "figures_in_row" in failed(judge(RATES, printed(rates, 20, slipped)))


def test_a_row_of_few_figures_that_is_another_regions_is_refused(judge: Judge, frames: Frames) -> None:
    facilities = frames["bps-jatim-sarana-kesehatan"]
    places = [("35.71", "2018"), ("35.03", "2020")]
    here, there = ((facilities["region_code"] == code) & (facilities["period"] == period) for code, period in places)
    taken = facilities.copy()
    taken.loc[here, "value"] = facilities.loc[there, "value"].to_numpy()
    checks = judge("bps-jatim-sarana-kesehatan", taken)
    assert failed(checks) == {"regions_in_place"}
    assert "Kabupaten Trenggalek" in by_rule(checks)["regions_in_place"].message_id


def test_years_of_a_file_of_one_region_that_were_exchanged_are_refused(judge: Judge, frames: Frames) -> None:
    grdp = frames[GRDP]
    city = grdp[grdp["region_code"] == CITY].reset_index(drop=True)
    exchanged = city.assign(year=city["year"].replace({2018: 2020, 2020: 2018}))
    exchanged = exchanged.assign(period=exchanged["year"].astype(str))
    assert "years_in_place" in failed(judge(GRDP, exchanged, city))


def test_an_edition_that_adds_may_end_earlier(frames: Frames, contracts: dict[str, ContractFile]) -> None:
    rates = frames[RATES]
    adds = contracts[RATES].contract.model_copy(update={"edition": "adds"})
    earlier = years(rates, 0, int(rates["year"].max()) - 1)
    assert not failed(judge_edition(earlier, rates, adds, load_catalog(), "ab" * 32))


def test_full_counts_of_persons_under_the_next_year_are_refused_though_they_are_not_rounded(
    judge: Judge, frames: Frames
) -> None:
    old = frames[KELURAHAN]
    assert (old["rounding_step"] == 0).all()
    year = old["year"] + 1
    new = old.assign(year=year, period=year.astype("int64").astype(str).astype(old["period"].dtype))
    assert "years_in_place" in failed(judge(KELURAHAN, new))
    true = new.assign(value=[value + 1 + number for number, value in enumerate(new["value"])])
    assert "years_in_place" not in failed(judge(KELURAHAN, true))
