-- The regions that have a part in the joint tables.
-- Grain and key: code.
SELECT DISTINCT code
FROM core.region
WHERE region_role IS NOT NULL
ORDER BY code
