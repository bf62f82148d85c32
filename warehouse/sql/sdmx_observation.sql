-- Published figures in force, as SDMX-CSV wants them: numbers in plain decimals, empty where a figure is missing.
-- Of a very large release only the regions with a part in the joint tables.
-- Grain: figure of a source.  Key: frequency, area, indicator, breakdown, source, period.
SELECT
  i.frequency, replace(o.region_code, '.', '_') AS area, o.indicator,
  $dimensions
  o.source, o.period,
  regexp_replace(regexp_replace(CAST(o.value AS VARCHAR), '(\.\d*?)0+$$', '\1'), '\.$$', '') AS value,
  CASE WHEN o.value IS NOT NULL THEN if(o.obs_status = 'Q', 'U', o.obs_status) WHEN o.obs_status = 'Q' THEN 'Q' ELSE 'O' END AS status,
  o.unit, o.evidence, CAST(o.synthetic AS INTEGER) AS synthetic, CAST(o.break_flag AS INTEGER) AS break,
  o.vintage, o.published,
  regexp_replace(regexp_replace(CAST(o.rounding_step AS VARCHAR), '(\.\d*?)0+$$', '\1'), '\.$$', '') AS rounding_step
FROM $observations AS o
JOIN read_parquet('$directory/core_indicator.parquet') AS i ON i.id = o.indicator
WHERE o.superseded_at IS NULL AND $wanted
ORDER BY o.indicator, o.region_code, o.breakdown, o.source, o.period
