-- What stands behind the published forms of the tables, from hidden_key, sensitive_source and the writer's tables.
--
-- hidden_observation: an id for every figure at a hidden key that is not made of its value, as the true id is: who
--   tries the few values that it can have would find the one whose hash it is.  Key: observation_id.
-- withheld_source: sources with a hidden figure, or sensitive ones with anything that a message could quote.
-- withheld_snapshot: names for their files that are not made of their bytes.  Key: snapshot.
CREATE TABLE hidden_observation AS
SELECT
  observation_id,
  source,
  left(
    md5(
      concat_ws(
        chr(31), 'suppressed', indicator, region_code, period, breakdown, source, vintage,
        row_number() OVER (
          PARTITION BY indicator, region_code, period, breakdown, source, vintage
          ORDER BY superseded_at NULLS LAST, observation_id
        )
      )
    ),
    16
  ) AS alias
FROM $writer.core.observation
SEMI JOIN hidden_key USING (indicator, region_code, period, breakdown)
WHERE value IS NOT NULL;

CREATE TABLE withheld_source AS
SELECT source FROM hidden_observation
UNION
SELECT source
FROM sensitive_source
WHERE source IN (
  SELECT source FROM $writer.meta.quarantine
  UNION
  SELECT source FROM $writer.meta.check WHERE source IS NOT NULL AND (outcome <> 'passed' OR failed > 0)
  UNION
  SELECT source FROM $writer.meta.freshness WHERE reason_id IS NOT NULL OR reason_en IS NOT NULL
);

CREATE TABLE withheld_snapshot AS
WITH seen AS (
  SELECT source, snapshot, first_seen FROM $writer.core.snapshot
  UNION ALL
  SELECT source, refused_snapshot, refused_first_seen FROM $writer.meta.freshness
  UNION ALL
  SELECT source, snapshot, NULL FROM $writer.meta.quarantine
  UNION ALL
  SELECT source, snapshot, NULL FROM $writer.meta.check
),
file AS (
  SELECT snapshot, min(source) AS source, min(first_seen) AS first_seen
  FROM seen
  SEMI JOIN withheld_source USING (source)
  WHERE snapshot IS NOT NULL
  GROUP BY snapshot
)
SELECT
  snapshot,
  concat_ws('-', 'withheld', source, row_number() OVER (
    PARTITION BY source ORDER BY first_seen NULLS LAST, snapshot
  )) AS alias
FROM file
