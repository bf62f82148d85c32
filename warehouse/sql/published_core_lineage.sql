-- core.lineage as it may be published: the place of a hidden figure stays, what stands there does not.
-- Grain and key: those of core.lineage.
SELECT l.* REPLACE (
  coalesce(h.alias, l.observation_id) AS observation_id,
  coalesce(s.alias, l.snapshot) AS snapshot,
  CASE WHEN h.alias IS NULL THEN l.raw END AS raw,
  CASE WHEN h.alias IS NULL THEN l.done END AS done
)
FROM $table AS l
LEFT JOIN hidden_observation AS h USING (observation_id)
LEFT JOIN withheld_snapshot AS s USING (snapshot)
