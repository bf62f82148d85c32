-- core.observation as it may be published: figures at hidden keys without value and without an id made of it.
-- Grain and key: those of core.observation.
SELECT o.* REPLACE (
  coalesce(h.alias, o.observation_id) AS observation_id,
  CASE WHEN h.alias IS NULL THEN o.value END AS value,
  CASE WHEN h.alias IS NULL THEN o.rounding_step END AS rounding_step,
  CASE WHEN h.alias IS NULL THEN o.obs_status ELSE 'Q' END AS obs_status,
  CASE WHEN h.alias IS NULL THEN o.missing_mark ELSE 'suppressed' END AS missing_mark
)
FROM $table AS o
LEFT JOIN hidden_observation AS h USING (observation_id)
