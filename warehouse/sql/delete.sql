-- Take rows out of a table.
DELETE FROM $table
WHERE $condition
