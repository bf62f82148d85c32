-- One statement for each table and each table macro of ours that is to go, all but the tables to be kept.
-- Grain: table or macro.
SELECT 'DROP TABLE ' || schema_name || '.' || table_name AS statement
FROM duckdb_tables()
WHERE schema_name || '.' || table_name NOT IN ($kept)
UNION ALL
SELECT DISTINCT 'DROP MACRO TABLE ' || schema_name || '.' || function_name
FROM duckdb_functions()
WHERE function_type = 'table_macro' AND NOT internal
ORDER BY statement
