-- One statement for each view, table and table macro of ours that is to go, all but the tables to be kept.
-- Grain: view, table or macro.
SELECT statement
FROM (
  SELECT 1 AS turn, 'DROP VIEW ' || schema_name || '.' || view_name AS statement
  FROM duckdb_views()
  WHERE NOT internal
  UNION ALL
  SELECT 2, 'DROP TABLE ' || schema_name || '.' || table_name
  FROM duckdb_tables()
  WHERE schema_name || '.' || table_name NOT IN ($kept)
  UNION ALL
  SELECT DISTINCT 3, 'DROP MACRO TABLE ' || schema_name || '.' || function_name
  FROM duckdb_functions()
  WHERE function_type = 'table_macro' AND NOT internal
)
ORDER BY turn, statement
