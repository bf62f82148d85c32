-- The records of one type that are in force.
-- Grain: one record; key: source and source_line.
SELECT *
FROM $table
ORDER BY source, source_line
