-- Rows of one declared table in the table's one order.
-- Grain and key: the table's own.
SELECT $columns
FROM $table
WHERE $condition
ORDER BY $order
