-- Indicators of which one source alone has figures in force, and more than a number of them.
-- Grain and key: indicator.
SELECT indicator
FROM core.observation
WHERE superseded_at IS NULL
GROUP BY indicator
HAVING count(DISTINCT source) = 1 AND count(*) > ?
ORDER BY indicator
