-- A cheap look whether key_twice.sql is worth asking; a collision of hashes only costs the second look.
-- Grain: one row.
SELECT count(*) AS rows, count(DISTINCT hash($key)) AS keys
FROM $table
WHERE $condition
