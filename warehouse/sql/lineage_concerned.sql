-- The way back of the observations that observations_concerned.sql finds.
-- Grain and key: those of core.lineage.
SELECT *
FROM core.lineage
SEMI JOIN ($observations) AS o USING (observation_id)
