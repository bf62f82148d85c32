-- meta.change: what the current joint values say otherwise than those of the release before.
-- Grain: joint value that appeared, vanished or changed.  Key: indicator, region_code, period, breakdown.
INSERT INTO meta.change BY NAME
WITH now AS (
  SELECT * FROM joint.indicator_value WHERE superseded_at IS NULL AND value IS NOT NULL
),
before AS (
  SELECT * FROM $before WHERE superseded_at IS NULL AND value IS NOT NULL
),
series AS (
  SELECT indicator, region_code, max(year) AS last_year FROM before GROUP BY indicator, region_code
),
paired AS (
  SELECT
    indicator,
    region_code,
    period,
    breakdown,
    b.value AS old,
    n.value AS new,
    b.obs_status AS old_status,
    n.obs_status AS new_status,
    n.year,
    n.method IS DISTINCT FROM b.method AS other_rule
  FROM now AS n
  FULL JOIN before AS b USING (indicator, region_code, period, breakdown)
  WHERE n.value IS DISTINCT FROM b.value OR n.obs_status IS DISTINCT FROM b.obs_status
)
SELECT
  indicator, region_code, period, breakdown,
  CASE WHEN old IS NULL THEN 'appeared' WHEN new IS NULL THEN 'vanished' ELSE 'changed' END AS kind,
  old, new, old_status, new_status,
  CASE
    WHEN new IS NULL THEN 'withdrawal'
    WHEN old IS NULL AND s.last_year IS NULL THEN 'new_series'
    WHEN old IS NULL AND p.year > s.last_year THEN 'new_period'
    WHEN old IS NULL THEN 'new_figure'
    WHEN other_rule THEN 'rule_change'
    WHEN old = new THEN 'status'
    ELSE 'revision'
  END AS reason
FROM paired AS p
LEFT JOIN series AS s USING (indicator, region_code)
