-- The figures of some sources' accepted editions, without the rows that the gates put in quarantine.
-- Grain: one figure of one edition.  Key: edition_no, indicator, region_code, period, breakdown (checked after).
CREATE OR REPLACE TEMP TABLE figure AS
SELECT
  e.edition_no, t.row_id, t.source_line, t.source_column, t.sheet, t.cell, t.raw, t.done, t.indicator,
  t.region_code, t.period, t.year, t.breakdown, t.value, t.unit, t.rounding_step, t.obs_status, t.missing_mark
FROM read_parquet($tidy, filename = true) AS t
JOIN edition AS e ON e.tidy = t.filename
ANTI JOIN (
  SELECT filename, row_id
  FROM read_parquet($failures, filename = true)
  WHERE severity = 'critical'
) AS f ON f.filename = e.failures AND f.row_id = t.row_id
