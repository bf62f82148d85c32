-- What the tables made of records say otherwise than in the release before; columns as in meta.change.
-- Grain: measure that appeared, vanished or changed.  Key: indicator, region_code, period, breakdown.
WITH now AS ($now),
before AS ($before),
series AS (
  SELECT indicator, region_code, max(period) AS last_period
  FROM before
  WHERE number IS NOT NULL OR text IS NOT NULL
  GROUP BY indicator, region_code
),
-- Real figures stand beside examples under another key, so that a real one that comes first replaces an example.
paired AS (
  SELECT
    indicator,
    region_code,
    period,
    breakdown,
    coalesce(n.hidden, false) AS hidden,
    CASE WHEN n.hidden THEN NULL ELSE b.number END AS old,
    n.number AS new,
    CASE WHEN n.hidden THEN NULL ELSE b.text END AS old_text,
    n.text AS new_text,
    coalesce(b.number IS NOT NULL OR b.text IS NOT NULL, false) AS was_there,
    coalesce(n.number IS NOT NULL OR n.text IS NOT NULL, false) AS is_there,
    b.synthetic AND NOT n.synthetic AS no_example_now,
    n.rule IS DISTINCT FROM b.rule AS other_rule
  FROM now AS n
  FULL JOIN before AS b USING (indicator, region_code, period, breakdown)
  WHERE n.number IS DISTINCT FROM b.number OR n.text IS DISTINCT FROM b.text
)
SELECT
  indicator, region_code, period, breakdown,
  CASE WHEN NOT is_there THEN 'vanished' WHEN NOT was_there THEN 'appeared' ELSE 'changed' END AS kind,
  old, new,
  CASE WHEN was_there THEN 'A' END AS old_status,
  CASE WHEN hidden THEN 'Q' WHEN is_there THEN 'A' END AS new_status,
  CASE
    WHEN hidden THEN 'suppressed'
    WHEN NOT is_there THEN 'withdrawal'
    WHEN NOT was_there AND s.last_period IS NULL THEN 'new_series'
    WHEN NOT was_there AND p.period > s.last_period THEN 'new_period'
    WHEN NOT was_there THEN 'new_figure'
    WHEN no_example_now THEN 'example_replaced'
    WHEN other_rule THEN 'rule_change'
    ELSE 'revision'
  END AS reason,
  old_text, new_text
FROM paired AS p
LEFT JOIN series AS s USING (indicator, region_code)
WHERE was_there OR is_there
