-- joint.indicator_value as it may be published, every vintage of a hidden key without its number.
-- Grain and key: those of joint.indicator_value.
SELECT v.* REPLACE (
  CASE WHEN k.period IS NULL THEN v.value END AS value,
  CASE WHEN k.period IS NULL THEN v.rounding_low END AS rounding_low,
  CASE WHEN k.period IS NULL THEN v.rounding_high END AS rounding_high,
  CASE WHEN k.period IS NULL THEN v.sampling_se END AS sampling_se,
  CASE WHEN k.period IS NULL THEN v.obs_status ELSE 'Q' END AS obs_status,
  CASE WHEN k.period IS NULL THEN v.method END AS method,
  CASE WHEN k.period IS NULL THEN v.exactness END AS exactness,
  CASE WHEN k.period IS NULL THEN v.null_reason ELSE 'suppressed' END AS null_reason
)
FROM $table AS v
LEFT JOIN hidden_key AS k
  ON v.value IS NOT NULL
  AND (k.indicator, k.region_code, k.period, k.breakdown) = (v.indicator, v.region_code, v.period, v.breakdown)
