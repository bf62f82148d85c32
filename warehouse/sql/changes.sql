-- What the current joint values of $now_value say otherwise than those of $before_value.
-- Grain: joint value that appeared, vanished or changed.  Key: indicator, region_code, period, breakdown.
WITH now AS (
  SELECT * FROM $now_value WHERE superseded_at IS NULL AND value IS NOT NULL
),
before AS (
  SELECT * FROM $before_value WHERE superseded_at IS NULL AND value IS NOT NULL
),
suppressed AS (
  SELECT indicator, region_code, period, breakdown
  FROM $now_value
  WHERE superseded_at IS NULL AND null_reason = 'suppressed'
),
-- A number that is suppressed now is not told again because an earlier release showed it.
told_before AS (
  SELECT b.* REPLACE (CASE WHEN s.period IS NULL THEN b.value END AS value)
  FROM before AS b
  LEFT JOIN suppressed AS s USING (indicator, region_code, period, breakdown)
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
    n.indicator IS NULL AND b.value IS NULL AS hidden,
    n.method IS DISTINCT FROM b.method AS other_rule
  FROM now AS n
  FULL JOIN told_before AS b USING (indicator, region_code, period, breakdown)
  WHERE n.value IS DISTINCT FROM b.value OR n.obs_status IS DISTINCT FROM b.obs_status
),
-- A correction of ours that came or went, as against one that stood in both.
corrected AS (
  SELECT indicator, region_code, period, breakdown
  FROM (
    SELECT *, 1 AS side FROM ($now_corrected)
    UNION
    SELECT *, 2 AS side FROM ($before_corrected)
  )
  GROUP BY indicator, region_code, period, breakdown
  HAVING count(*) = 1
)
SELECT
  indicator, region_code, period, breakdown,
  CASE WHEN new IS NULL THEN 'vanished' WHEN old IS NULL THEN 'appeared' ELSE 'changed' END AS kind,
  old, new, old_status, new_status,
  CASE
    WHEN hidden THEN 'suppressed'
    WHEN new IS NULL THEN 'withdrawal'
    WHEN old IS NULL AND s.last_year IS NULL THEN 'new_series'
    WHEN old IS NULL AND p.year > s.last_year THEN 'new_period'
    WHEN c.indicator IS NOT NULL THEN 'correction'
    WHEN old IS NULL THEN 'new_figure'
    WHEN other_rule THEN 'rule_change'
    WHEN old = new THEN 'status'
    ELSE 'revision'
  END AS reason,
  CAST(NULL AS VARCHAR) AS old_text,
  CAST(NULL AS VARCHAR) AS new_text
FROM paired AS p
LEFT JOIN series AS s USING (indicator, region_code)
LEFT JOIN corrected AS c USING (indicator, region_code, period, breakdown)
ORDER BY indicator, region_code, period, breakdown
