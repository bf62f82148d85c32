-- All rows of core.observation of some regions, in force or superseded.
-- Grain and key: those of core.observation.
SELECT *
FROM core.observation
WHERE list_contains($$regions::VARCHAR[], region_code)
ORDER BY $order
