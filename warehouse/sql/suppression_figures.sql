-- The numbers that decide what must be hidden: every vintage of the published ones, and of those that are ours.
-- Grain: one stay of a number.  Key: source, indicator, region_code, period, breakdown, vintage.
SELECT
  source, indicator, region_code, period, breakdown, CAST(value AS DOUBLE) AS value, vintage, superseded_at,
  evidence, synthetic, false AS derived
FROM core.observation
WHERE value IS NOT NULL
  AND list_contains($$indicators, indicator)
UNION ALL
SELECT
  'joint', indicator, region_code, period, breakdown, value, vintage, superseded_at, evidence, synthetic, true
FROM joint.indicator_value
WHERE value IS NOT NULL
  AND method IS DISTINCT FROM 'official'
  AND list_contains($$indicators, indicator)
ORDER BY ALL
