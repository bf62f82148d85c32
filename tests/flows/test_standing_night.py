"""Ranks and targets of a whole release, held against the published figures by other means than the product's."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support.office import PROJECT, Office

from catalog.load import Catalog
from catalog.models import Agglomeration
from catalog.strict import Bilingual
from transforms.peers import peer_rows

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")

RAYA = "mojokerto-raya"
FACTS = PROJECT.parent / "shared" / "figures" / "facts_kabkota.csv"
ASKED = {"persentase_penduduk_miskin": "poverty_rate", "tingkat_pengangguran_terbuka": "open_unemployment_rate"}


def peers(office: Office, where: str) -> pd.DataFrame:
    columns = (
        "indicator, year, region_code, scope, value, rank, percentile, better, tied, comparable, listed, direction"
    )
    return pd.DataFrame(
        office.sql(f"SELECT {columns}, null_reason, notice FROM joint.peer WHERE {where}"),
        columns=[*columns.split(", "), "null_reason", "notice"],
    )


def targets(office: Office, where: str) -> list[tuple[object, ...]]:
    return office.sql(
        "SELECT indicator, year, target, actual_year, actual, round(gap, 4), achievement, verdict "
        f"FROM joint.target WHERE {where} ORDER BY region_code, indicator, year"
    )


def test_the_control_values_of_2025_are_found_and_raya_stands_where_it_would(whole: Office) -> None:
    found = peers(whole, "indicator = 'poverty_rate' AND year = 2025 AND scope = 'province'").set_index("region_code")
    assert found["rank"].to_dict() == {"35.16": 19, "35.76": 6, RAYA: 16}
    assert found["comparable"].to_dict() == {"35.16": 38, "35.76": 38, RAYA: 39}
    assert "bukan angka resmi BPS" in found.loc[RAYA, "notice"]
    assert "andai kawasan ini satu daerah" in found.loc[RAYA, "notice"]
    assert "signifikansi selisih tidak diuji" in found.loc["35.76", "notice"]


@pytest.mark.skipif(not FACTS.exists(), reason="the project's published figures are not on this machine")
def test_ranks_are_those_of_the_published_figures(whole: Office) -> None:
    facts = pd.read_csv(FACTS, dtype={"period": str, "region_code_bps": str})
    facts = facts[facts["indicator"].isin(ASKED) & facts["region_code_bps"].str.fullmatch("35(0[1-9]|[1-7][0-9])")]
    facts = facts.drop_duplicates(["indicator", "period", "region_code_bps"])
    facts["rank"] = facts.groupby(["indicator", "period"])["value"].rank(method="min")
    facts["count"] = facts.groupby(["indicator", "period"])["value"].transform("size")
    held = 0
    for row in facts[facts["region_code_bps"].isin(["3516", "3576"]) & (facts["count"] == 38)].itertuples():
        code = f"{row.region_code_bps[:2]}.{row.region_code_bps[2:]}"
        found = peers(
            whole,
            f"indicator = '{ASKED[row.indicator]}' AND year = {row.period} AND scope = 'province' "
            f"AND region_code = '{code}'",
        )
        if found["comparable"].tolist() == [38]:
            assert found["rank"].tolist() == [row.rank], row
            held += 1
    assert held > 60


def by_pandas(office: Office, catalog: Catalog, group: Agglomeration, scope: str, code: str) -> pd.DataFrame:
    """The places that pandas gives `code` by indicator and year, where two regions outside `group` compare."""
    rows = office.sql(
        "SELECT indicator, year, region_code, value FROM joint.indicator_value "
        "WHERE superseded_at IS NULL AND breakdown = '_T' AND value IS NOT NULL"
    )
    values = pd.DataFrame(rows, columns=["indicator", "year", "region_code", "value"])
    values = values[[catalog.indicators[name].wide for name in values["indicator"]]]
    among = values["region_code"].str.startswith(f"{group.province}.") & ~values["region_code"].str.contains("raya")
    if scope == "peers":
        among = values["region_code"].isin(group.peers)
    values = values[among | (values["region_code"] == code)].assign(own=lambda frame: frame["region_code"] == code)
    lower = values["indicator"].map(lambda name: catalog.indicators[name].direction == "lower_is_better")
    values["outside"] = ~values["region_code"].isin([*group.members, group.id])
    by = values.assign(signed=values["value"].where(lower, -values["value"])).groupby(["indicator", "year"])
    values["place"], values["middle"] = by["signed"].rank(method="min"), by["signed"].rank(method="average")
    values["count"], values["others"] = (
        by["value"].transform("size"),
        by["outside"].transform("sum") - values["outside"],
    )
    return values[values["own"] & (values["others"] >= 2)].set_index(["indicator", "year"]).sort_index()


def test_every_rank_is_what_pandas_ranks(whole: Office, catalog: Catalog) -> None:
    group = catalog.agglomerations[RAYA]
    held = 0
    for scope in ("province", "peers"):
        for code in (*group.members, RAYA):
            expected = by_pandas(whole, catalog, group, scope, code)
            found = peers(whole, f"scope = '{scope}' AND region_code = '{code}' AND rank IS NOT NULL")
            found = found.set_index(["indicator", "year"]).sort_index()
            assert list(found.index) == list(expected.index)
            assert (found["rank"] == expected["place"]).all()
            assert (found["better"] + 1 == found["rank"]).all()
            assert (found["comparable"] == expected["count"]).all()
            percentile = 100 * (expected["count"] - expected["middle"]) / (expected["count"] - 1)
            assert (found["percentile"] - percentile).abs().max() < 0.00501
            held += len(found)
    assert held > 1500


def test_another_agglomeration_is_ranked_without_code(whole: Office, catalog: Catalog) -> None:
    label = Bilingual(id="Kediri Raya", en="Greater Kediri")
    kediri = Agglomeration(id="kediri-raya", label=label, members=["35.06", "35.71"], peers=["35.76"], province="35")
    columns = "indicator, region_code, region_role, year, breakdown, value, null_reason, source, evidence, synthetic"
    rows = whole.sql(f"SELECT {columns} FROM joint.indicator_value WHERE superseded_at IS NULL")
    values = pd.DataFrame(rows, columns=columns.split(", "))
    ranked = peer_rows(values, replace(catalog, agglomerations={kediri.id: kediri}))
    assert {row["agglomeration"] for row in ranked} == {"kediri-raya"}
    city = next(
        row
        for row in ranked
        if (row["indicator"], row["year"], row["scope"]) == ("poverty_rate", 2025, "province")
        and row["region_code"] == "35.71"
    )
    rates = values[(values["indicator"] == "poverty_rate") & (values["year"] == 2025) & (values["breakdown"] == "_T")]
    inside = rates[rates["region_code"].str.fullmatch(r"35\.\d\d")].set_index("region_code")["value"]
    assert city["rank"] == inside.rank(method="min")["35.71"]
    # One peer is too few to be held against.
    assert {row["null_reason"] for row in ranked if row["scope"] == "peers"} >= {"too_few_regions"}
    assert all(row["rank"] is None for row in ranked if row["scope"] == "peers")


def test_without_enough_regions_or_a_figure_there_is_no_rank_and_a_reason(whole: Office) -> None:
    few = peers(whole, "null_reason = 'too_few_regions'")
    assert few["value"].notna().all()
    assert few["rank"].isna().all()
    assert few["comparable"].max() == 3  # Mojokerto Raya beside its own two members
    empty = peers(whole, "value IS NULL")
    assert len(few) * len(empty) > 0
    assert empty["rank"].isna().all()
    assert set(empty["null_reason"]) & {"not_aggregable", "member_missing"}
    assert not set(empty["null_reason"]) & {None, "too_few_regions"}


def test_published_targets_stand_where_the_published_figures_put_them(whole: Office) -> None:
    found = {row[:2]: row[2:] for row in targets(whole, "region_code = '35.76' AND NOT synthetic")}
    assert found["hdi_sp2010", 2022] == (78.40, 2022, 79.32, 0.92, 101.17, "met")
    assert found["grdp_growth", 2023] == (4.5, 2023, 2.79, -1.71, 62.0, "off_track")
    assert found["poverty_rate", 2023] == (5.62, 2023, 5.77, 0.15, pytest.approx(97.33), "off_track")
    assert found["open_unemployment_rate", 2023][-1] == "met"
    # The city's Gini ratio of 2023 is in no source of ours; those of 2022 and 2025 do not stand in for it.
    assert found["gini_ratio", 2023] == (0.332, None, None, None, None, "no_data")


def test_the_paces_of_every_target_follow_from_the_joint_values(whole: Office) -> None:
    series: dict[tuple[str, str], dict[int, float]] = {}
    for indicator, region, year, value in whole.sql(
        "SELECT indicator, region_code, year, value FROM joint.indicator_value "
        "WHERE superseded_at IS NULL AND breakdown = '_T' AND value IS NOT NULL"
    ):
        series.setdefault((indicator, region), {})[year] = value
    columns = (
        "indicator, region_code, year, target, actual_year, actual, baseline_year, baseline_value, pace_so_far, "
        "pace_needed, projected, direction, verdict"
    )
    found = whole.sql(f"SELECT {columns} FROM joint.target WHERE verdict <> 'no_data'")
    assert len(found) >= 15
    for row in (dict(zip(columns.split(", "), values, strict=True)) for values in found):
        figures = series[row["indicator"], row["region_code"]]
        then, first, left = row["actual_year"], row["baseline_year"], row["year"] - row["actual_year"]
        sign = 1 if row["direction"] == "lower_is_better" else -1
        assert row["actual"] == figures[then]
        if first is not None:
            assert row["baseline_value"] == figures[first]
            assert row["pace_so_far"] == pytest.approx((figures[then] - figures[first]) / (then - first), abs=6e-5)
        if left:
            assert row["pace_needed"] == pytest.approx((row["target"] - figures[then]) / left, abs=6e-5)
            assert row["projected"] == pytest.approx(row["actual"] + row["pace_so_far"] * left, abs=1e-4)
            reached = sign * row["projected"] <= sign * row["target"]
            assert row["verdict"] == ("on_track" if reached else "off_track")
        else:
            assert (row["pace_needed"], row["projected"]) == (None, None)
            assert row["verdict"] == ("met" if sign * row["actual"] <= sign * row["target"] else "off_track")


def test_examples_are_shown_as_examples_and_the_agglomeration_has_no_other(whole: Office) -> None:
    rows = whole.sql("SELECT region_code, synthetic, notice, evidence, title_en FROM joint.target")
    examples = [row for row in rows if row[1]]
    assert {row[0] for row in examples} == {"35.16", "35.76", RAYA}
    assert all("target contoh, tidak diterbitkan siapa pun" in row[2] for row in examples)
    assert all(row[4].startswith("Example targets") for row in examples)
    for region, synthetic, notice, evidence, _ in rows:
        assert synthetic or region != RAYA
        assert synthetic or (evidence == "press_quote" and "contoh" not in (notice or ""))


def test_a_survey_figure_says_that_its_change_is_not_tested(whole: Office, catalog: Catalog) -> None:
    for indicator, notice in whole.sql("SELECT indicator, notice FROM joint.target"):
        assert ("signifikansi perubahan tidak diuji" in (notice or "")) == catalog.indicators[indicator].survey
