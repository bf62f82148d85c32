-- Some of the rows of core.observation in force, published gaps included.
-- Grain and key: those of core.observation.
SELECT *
FROM core.observation
WHERE $condition
