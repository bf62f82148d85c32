-- joint.indicator_input as it may be published: hidden inputs are named, their numbers are not told.
-- Grain and key: those of joint.indicator_input.
SELECT i.* REPLACE (
  CASE WHEN k.period IS NULL THEN i.value END AS value,
  coalesce(h.alias, i.observation_id) AS observation_id
)
FROM $table AS i
LEFT JOIN hidden_observation AS h USING (observation_id)
LEFT JOIN hidden_key AS k
  ON (k.indicator, k.region_code, k.period, k.breakdown)
  = (i.input_indicator, i.input_region, i.input_period, i.input_breakdown)
