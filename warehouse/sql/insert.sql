-- Add rows that were registered under a name to a declared table, by position.
INSERT INTO $table ($columns)
SELECT *
FROM $rows
