-- The ids of the figures of a source's only edition, in the order in which the figures stand.
-- Grain: one figure.
SELECT
  observation_id(indicator, region_code, period, breakdown, $id_part, value, obs_status, 1) AS observation_id
FROM $figures
