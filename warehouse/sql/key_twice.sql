-- One key of a table that stands on more than one row, if there is any.
-- Grain: key.
SELECT $key
FROM $table
WHERE $condition
GROUP BY ALL
HAVING count(*) > 1
ORDER BY ALL
LIMIT 1
