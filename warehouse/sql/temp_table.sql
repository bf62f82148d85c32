-- Keep registered rows as a temporary table.
CREATE OR REPLACE TEMP TABLE $table AS
SELECT *
FROM $rows
