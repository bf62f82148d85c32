-- joint.economy_sector: constant-price GRDP by industry with its share, growth and contribution to growth.
-- Grain: region with industry figures x year x industry.  Key: region_code, year, sector.
--
-- contribution = (x_t - x_{t-1}) / total_{t-1} * 100, in percentage points; the contributions of all industries
-- add up to the growth of the total. Nothing is computed across a break or between two sources.
INSERT INTO joint.economy_sector BY NAME
WITH figure AS (
  SELECT *
  FROM joint.indicator_value
  WHERE superseded_at IS NULL
    AND indicator = 'grdp_constant_2010'
    AND period = CAST(year AS VARCHAR)
),
part AS (
  SELECT *, substr(breakdown, 8) AS sector
  FROM figure
  WHERE breakdown LIKE 'sector=%' AND breakdown NOT LIKE '%;%'
),
spine AS (
  SELECT r.code AS region_code, r.name AS region_name, r.region_role, y.year, s.*
  FROM core.region AS r
  CROSS JOIN (
    SELECT unnest(generate_series(min(year), max(year)))::INTEGER AS year FROM part WHERE value IS NOT NULL
  ) AS y
  CROSS JOIN sector_label AS s
  WHERE r.region_role IS NOT NULL
    AND r.code IN (SELECT region_code FROM part)
),
level AS (
  SELECT
    s.*,
    coalesce(p.synthetic, false) AS synthetic,
    p.notice,
    p.value,
    p.obs_status,
    p.method,
    p.evidence,
    CASE WHEN p.value IS NULL THEN coalesce(p.null_reason, 'not_in_sources') END AS null_reason,
    p.source,
    coalesce(p.break_flag, false) OR coalesce(t.break_flag, false) AS break_flag,
    t.value AS total,
    t.source AS total_source
  FROM spine AS s
  LEFT JOIN part AS p USING (region_code, year, sector)
  LEFT JOIN figure AS t ON t.region_code = s.region_code AND t.year = s.year AND t.breakdown = '_T'
),
paired AS (
  SELECT
    l.*,
    b.value AS value_before,
    b.total AS total_before,
    CASE
      WHEN l.value IS NULL THEN l.null_reason
      WHEN b.value IS NULL THEN 'no_previous_year'
      WHEN l.break_flag THEN 'break_in_series'
      WHEN l.source IS DISTINCT FROM b.source THEN 'different_sources'
    END AS step_reason
  FROM level AS l
  LEFT JOIN level AS b
    ON b.region_code = l.region_code AND b.sector = l.sector AND b.year = l.year - 1
),
judged AS (
  SELECT
    *,
    CASE
      WHEN value IS NULL THEN null_reason
      WHEN total IS NULL OR total = 0 THEN 'part_missing'
      WHEN total_source IS DISTINCT FROM source THEN 'different_sources'
    END AS share_null_reason,
    CASE WHEN step_reason IS NULL AND value_before = 0 THEN 'no_previous_year' ELSE step_reason END
      AS growth_null_reason,
    CASE
      WHEN step_reason IS NOT NULL THEN step_reason
      WHEN total_before IS NULL OR total_before = 0 THEN 'part_missing'
      WHEN total_source IS DISTINCT FROM source THEN 'different_sources'
    END AS contribution_null_reason
  FROM paired
)
SELECT
  region_code, region_name, region_role, year, sector, sector_label_id, sector_label_en, synthetic, notice,
  value AS grdp_constant_2010,
  obs_status AS grdp_constant_2010_status,
  method AS grdp_constant_2010_method,
  evidence AS grdp_constant_2010_evidence,
  null_reason AS grdp_constant_2010_null_reason,
  CASE WHEN share_null_reason IS NULL THEN round(100 * value / total, $share) + 0.0 END AS share,
  share_null_reason,
  CASE WHEN growth_null_reason IS NULL THEN round(100 * (value - value_before) / value_before, $growth) + 0.0 END
    AS growth,
  growth_null_reason,
  CASE
    WHEN contribution_null_reason IS NULL THEN round(100 * (value - value_before) / total_before, $contribution) + 0.0
  END AS contribution,
  contribution_null_reason
FROM judged
ORDER BY region_role, region_code, year, sector
