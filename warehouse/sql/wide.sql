-- One wide table of a domain from the current totals of joint.indicator_value.
-- Grain: one row per region with a role and year, from the first to the last year of the domain's figures.
-- Key: region_code, year. A year without a figure is a row whose null_reason says why.
INSERT INTO $table BY NAME
WITH figure AS (
  SELECT *
  FROM joint.indicator_value
  WHERE superseded_at IS NULL
    AND breakdown = '_T'
    AND period = CAST(year AS VARCHAR)
    AND indicator IN ($indicators)
),
spine AS (
  SELECT r.code AS region_code, r.name AS region_name, r.region_role, y.year
  FROM core.region AS r
  CROSS JOIN (
    SELECT unnest(generate_series(min(year), max(year)))::INTEGER AS year
    FROM figure
    WHERE value IS NOT NULL
  ) AS y
  WHERE r.region_role IS NOT NULL
)
SELECT
  s.region_code,
  s.region_name,
  s.region_role,
  s.year,
  coalesce(bool_or(f.synthetic), false) AS synthetic,
  string_agg(DISTINCT f.notice, '; ' ORDER BY f.notice) AS notice,
  $columns
FROM spine AS s
LEFT JOIN figure AS f ON f.region_code = s.region_code AND f.year = s.year
GROUP BY s.region_code, s.region_name, s.region_role, s.year
ORDER BY s.region_role, s.region_code, s.year
