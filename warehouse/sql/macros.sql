-- Table macros of the published file. They work when the file is opened directly, or after USE.
-- core.as_of(d): one row per (indicator, region_code, period, breakdown, source): what was known on day d.
-- joint.as_of(d): one row per (indicator, region_code, period, breakdown).
-- joint.series(indicator, region): one row per (period, breakdown), current values.
-- joint.compare(indicator, year): one row per region, current totals.
CREATE MACRO core.as_of(d) AS TABLE
SELECT *
FROM core.observation
WHERE vintage <= CAST(d AS DATE)
  AND (superseded_at IS NULL OR superseded_at > CAST(d AS DATE));

CREATE MACRO joint.as_of(d) AS TABLE
SELECT *
FROM joint.indicator_value
WHERE vintage <= CAST(d AS DATE)
  AND (superseded_at IS NULL OR superseded_at > CAST(d AS DATE));

CREATE MACRO joint.series(of_indicator, of_region) AS TABLE
SELECT *
FROM joint.indicator_value
WHERE indicator = of_indicator
  AND region_code = of_region
  AND superseded_at IS NULL
ORDER BY breakdown, period;

CREATE MACRO joint.compare(of_indicator, of_year) AS TABLE
SELECT
  v.region_code, r.name AS region_name, v.region_role, v.value, v.unit, v.obs_status, v.method,
  v.exactness, v.evidence, v.null_reason, v.break_flag, v.source, v.synthetic, v.notice
FROM joint.indicator_value AS v
LEFT JOIN core.region AS r ON r.code = v.region_code AND r.valid_to IS NULL
WHERE v.indicator = of_indicator
  AND v.year = of_year
  AND v.breakdown = '_T'
  AND v.superseded_at IS NULL
ORDER BY v.region_role, v.region_code;
