-- The codes of every code list that the release fills: areas, indicators, breakdowns, sources, units.
-- SDMX ids know no dot, so a region code has underscores; its description has it as it is written elsewhere.
-- Grain: code.  Key: (codelist, id).
WITH codes AS (
  SELECT
    'CL_AREA' AS codelist, replace(code, '.', '_') AS id, name AS name_id, name AS name_en,
    concat_ws(', ', 'Kemendagri ' || code, 'BPS ' || bps_code) AS more
  FROM read_parquet('$directory/core_region.parquet')
  UNION ALL BY NAME
  SELECT 'CL_INDICATOR' AS codelist, id, label_id AS name_id, label_en AS name_en, definition_en AS more
  FROM read_parquet('$directory/core_indicator.parquet')
  UNION ALL BY NAME
  SELECT
    'CL_' || upper(dimension) AS codelist, code AS id, label_id AS name_id, label_en AS name_en, NULL AS more
  FROM read_parquet('$directory/core_breakdown.parquet')
  UNION ALL BY NAME
  SELECT DISTINCT
    'CL_' || upper(dimension) AS codelist, '_T' AS id, 'Jumlah' AS name_id, 'Total' AS name_en, NULL AS more
  FROM read_parquet('$directory/core_breakdown.parquet')
  UNION ALL BY NAME
  SELECT 'CL_SOURCE' AS codelist, source AS id, title_id AS name_id, title_en AS name_en, publication AS more
  FROM read_parquet('$directory/core_source.parquet')
  UNION ALL BY NAME
  SELECT DISTINCT 'CL_UNIT' AS codelist, unit AS id, unit_label_id AS name_id, unit_label_en AS name_en, NULL AS more
  FROM read_parquet('$directory/core_indicator.parquet')
)
-- A region may stand twice, once per time in which its code was in force, and a list may have a total of its own.
SELECT codelist, id, min(name_id) AS name_id, min(name_en) AS name_en, min(more) AS more
FROM codes
GROUP BY codelist, id
ORDER BY codelist, id
