-- Two numbers that agree where two sets of rows do: how many there are, and the sum of their hashes.
-- Grain: one row. A row that stands once more or less, or holds another value, changes the sum.
SELECT count(*) AS rows, sum(hash($columns)::HUGEINT) AS hashes
FROM $rows
