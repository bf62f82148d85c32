-- What is known of each observation, with the way back to its cell, in the order of core.observation.
-- Grain: observation.  Key: that of core.observation.
SELECT o.*, l.* EXCLUDE (observation_id)
FROM core.observation AS o
JOIN core.lineage AS l USING (observation_id)
ORDER BY $order
