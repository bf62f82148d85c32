-- The measures of one joint table made of records, one row each, told by the names that explaining uses.
-- Grain and key: indicator, region_code, period, breakdown.
SELECT
  $prefix || m.name AS indicator,
  region_code,
  period,
  coalesce(nullif(breakdown, ''), '_T') AS breakdown,
  m.number AS number,
  m.text AS text,
  m.number IS NULL AND m.text IS NULL AND hidden AS hidden,
  synthetic,
  rule
FROM (
  SELECT
    region_code,
    CAST($period AS VARCHAR) AS period,
    concat_ws(';', $breakdown) AS breakdown,
    synthetic,
    coalesce($hidden, false) AS hidden,
    CAST($rule AS VARCHAR) AS rule,
    unnest([$measures]) AS m
  FROM $table
)
