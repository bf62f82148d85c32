-- A cheap look whether figure_faults.sql is worth asking: two numbers that agree when all is well.
-- Grain: one row. The distinct count is over hashes; a collision only costs the second look.
SELECT
  count(*) AS figures,
  count(DISTINCT CASE
    WHEN indicator IS NOT NULL AND region_code IS NOT NULL AND period IS NOT NULL AND breakdown IS NOT NULL
      AND unit IS NOT NULL AND year IS NOT NULL AND obs_status IS NOT NULL
      AND (value IS NOT NULL OR missing_mark IS NOT NULL)
    THEN hash(edition_no, indicator, region_code, period, breakdown)
  END) AS sound
FROM figure
