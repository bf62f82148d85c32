-- Every row of one published table, for readers that look figures up by key in memory.
-- Grain and key: those of the table.
SELECT *
FROM $table
