-- Joint values in force, as SDMX-CSV wants them.
-- Grain: value.  Key: frequency, area, indicator, breakdown, period.
SELECT
  i.frequency, replace(v.region_code, '.', '_') AS area, v.indicator,
  $dimensions
  v.period, v.value,
  CASE
    WHEN v.value IS NOT NULL THEN if(v.obs_status = 'Q', 'U', v.obs_status)
    WHEN v.obs_status = 'Q' THEN 'Q'
    WHEN v.null_reason = 'not_applicable' THEN 'M'
    ELSE 'O'
  END AS status,
  v.unit, v.evidence, CAST(v.synthetic AS INTEGER) AS synthetic, CAST(v.break_flag AS INTEGER) AS break,
  v.vintage, v.method, v.exactness, v.coverage, v.rounding_low, v.rounding_high, v.null_reason, v.source, v.notice
FROM read_parquet('$directory/joint_indicator_value.parquet') AS v
JOIN read_parquet('$directory/core_indicator.parquet') AS i ON i.id = v.indicator
WHERE v.superseded_at IS NULL
ORDER BY v.indicator, v.region_code, v.breakdown, v.period
