-- The current joint values that rest on a figure which a declared correction has put right.
-- Grain: joint value.  Key: indicator, region_code, period, breakdown.
WITH mended AS (
  SELECT o.*
  FROM $observation AS o
  JOIN $lineage AS l USING (observation_id)
  WHERE o.superseded_at IS NULL AND l.done LIKE '%corrected from %'
),
current AS (
  SELECT * FROM $value WHERE superseded_at IS NULL
)
SELECT indicator, region_code, period, breakdown
FROM current
SEMI JOIN mended USING (indicator, region_code, period, breakdown, source)
WHERE method = 'official'
UNION
SELECT indicator, region_code, period, breakdown
FROM current
JOIN $input AS i USING (indicator, region_code, period, breakdown, vintage)
SEMI JOIN mended ON mended.observation_id = i.observation_id
