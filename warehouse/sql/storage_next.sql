-- The numbers that the next trait and the next edition get.
-- Grain: one row.
SELECT
  (SELECT coalesce(max(trait) + 1, 0) FROM storage.trait) AS trait,
  (SELECT coalesce(max(edition) + 1, 0) FROM storage.edition) AS edition
