-- The rows of core.observation that explain joint values, and those of some regions that were asked about.
-- Grain and key: those of core.observation.
SELECT *
FROM core.observation
WHERE region_code IN (
  SELECT region_code FROM joint.indicator_value
  UNION SELECT input_region FROM joint.indicator_input
  UNION SELECT unnest($asked::VARCHAR[])
)
