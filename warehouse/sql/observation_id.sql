-- The id of an observation: made of key, source and vintage (`id_part`), value and status.
--
-- A key that turns more than once on one day (A, B and A again) adds the number of its turn. DECIMAL(18,6) prints
-- eight times as fast as DECIMAL(24,6) and alike.
CREATE OR REPLACE TEMP MACRO observation_id(indicator, region_code, period, breakdown, id_part, value, obs_status, turn)
AS left(
  md5(
    concat_ws(
      chr(31), indicator, region_code, period, breakdown, id_part,
      coalesce(TRY_CAST(value AS DECIMAL(18, 6))::VARCHAR, value::VARCHAR, ''), obs_status,
      CASE WHEN turn > 1 THEN turn END
    )
  ),
  16
)
