-- How many rows stand under each value of a table's first key column.
-- Grain: value of that column.  Key: the same.
SELECT $column, count(*) AS rows
FROM $table
WHERE $condition
GROUP BY $column
ORDER BY $column NULLS FIRST
