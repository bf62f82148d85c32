-- Indicators of which one source alone has figures in force, where that source is among those given.
-- Grain and key: indicator.
SELECT indicator
FROM core.observation
WHERE superseded_at IS NULL
GROUP BY indicator
HAVING min(source) = max(source) AND list_contains(?::VARCHAR[], min(source))
ORDER BY indicator
