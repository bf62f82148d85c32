-- Figures of an accepted edition that no gate stopped although the warehouse cannot hold them.
-- Grain: one figure.  Key: file, source_line, source_column.
SELECT e.source, e.file, f.source_line, f.source_column, f.fault
FROM (
  SELECT
    edition_no, source_line, source_column, row_id,
    CASE
      WHEN coalesce(indicator, region_code, period, breakdown, unit) IS NULL
        OR indicator IS NULL OR region_code IS NULL OR period IS NULL OR breakdown IS NULL OR unit IS NULL
        OR year IS NULL OR obs_status IS NULL THEN 'no complete key, unit or status'
      WHEN value IS NULL AND missing_mark IS NULL THEN 'neither a number nor a declared missing mark'
      WHEN count(*) OVER same_key > 1 THEN
        'the same key twice: ' || concat_ws(', ', indicator, region_code, period, breakdown)
    END AS fault
  FROM figure
  WINDOW same_key AS (PARTITION BY edition_no, indicator, region_code, period, breakdown)
) AS f
JOIN edition AS e USING (edition_no)
WHERE f.fault IS NOT NULL
ORDER BY f.edition_no, f.row_id
LIMIT 3
