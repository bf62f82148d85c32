-- The columns of one table in their order, as they are declared.
-- Grain: column.
SELECT column_name, data_type, is_nullable
FROM duckdb_columns()
WHERE schema_name || '.' || table_name = $table
ORDER BY column_index
