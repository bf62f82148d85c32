"""Known errors of publishers: corrected by declaration, told in lineage, and reported when they are mended."""

from __future__ import annotations

from support.office import Office

from flows import stages

WIDE = "kota-mojokerto-kemiskinan"
CORRECTION = """
[[correction]]
indicator = "poverty_rate"
region = "35.76"
period = "2023"
reported = "7,75"
right = "5,77"
reason = { id = "angka tertukar dengan tahun lain", en = "digits of another year" }
told = "Diskominfo Kota Mojokerto"
told_on = 2026-11-21
"""
QUERY = """
    SELECT CAST(o.value AS DOUBLE), o.obs_status, l.raw, l.done FROM core.observation AS o
    JOIN core.lineage AS l USING (observation_id)
    WHERE o.source = 'kota-mojokerto-kemiskinan' AND indicator = 'poverty_rate' AND period = '2023'
      AND superseded_at IS NULL
"""


def declare(office: Office) -> None:
    contract = next(office.settings.sources.rglob(f"{WIDE}.toml"))
    contract.with_name(f"{WIDE}.corrections.toml").write_text(CORRECTION, "utf-8")


def test_a_declared_correction_gives_the_right_value_with_both_values_in_lineage(office: Office) -> None:
    office.edit(WIDE, lambda text: text.replace("5,77", "7,75"))
    declare(office)
    outcome = office.run()
    assert outcome.exit_code == 0, outcome.problems_id
    value, status, raw, done = office.sql(QUERY)[0]
    assert (value, status, raw) == (5.77, "E", "7,75")
    assert "from 7,75 to 5,77" in done
    found = office.sql(
        "SELECT region_code, kind, old_status, new_status, reason FROM meta.change "
        "WHERE indicator = 'poverty_rate' ORDER BY region_code"
    )
    corrected = [("changed", "A", "E", "correction")] * 2
    assert [row[1:] for row in found] == corrected
    assert [row[0] for row in found] == ["35.76", "mojokerto-raya"]


def test_a_correction_that_the_publisher_has_made_needless_is_reported(office: Office) -> None:
    declare(office)
    office.run()
    assert office.sql(QUERY)[0][:2] == (5.77, "A"), "the mended cell is left alone"
    found = office.sql("SELECT outcome, message_id FROM meta.check WHERE rule = 'corrections_apply'")
    assert found[0][0] == "failed"
    assert "7,75" in found[0][1]


def test_a_correction_with_an_unknown_key_is_refused_with_the_nearest(office: Office) -> None:
    contract = next(office.settings.sources.rglob(f"{WIDE}.toml"))
    spoiled = CORRECTION.replace("reported", "reportd")
    contract.with_name(f"{WIDE}.corrections.toml").write_text(spoiled, "utf-8")
    told = stages.read_source(office.settings, WIDE)
    assert "'reported'" in told.refused_id
    assert told.accepted, "its kept file stays in force"
