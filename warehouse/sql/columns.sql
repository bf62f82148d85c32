-- The columns of a release's tables.
-- Grain: column.  Key: schema, table, column.
SELECT schema_name, table_name, column_name
FROM duckdb_columns()
WHERE NOT internal
