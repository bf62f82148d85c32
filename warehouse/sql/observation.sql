-- The observations of some sources and their lineage; the release puts them in order.
-- Grain: one stay of a key at one value.  Key: observation_id.
CREATE OR REPLACE TEMP TABLE stay AS
SELECT
  observation_id(
    f.indicator, f.region_code, f.period, f.breakdown, e.id_part, f.value, f.obs_status, f.turn
  ) AS observation_id,
  f.*
FROM folded AS f
JOIN edition AS e USING (edition_no);

INSERT INTO core.observation BY NAME
SELECT
  s.observation_id, s.indicator, s.region_code, s.period, s.year, s.breakdown, s.value, s.unit, s.rounding_step,
  s.obs_status,
  (s.indicator, s.year) IN (SELECT (indicator, year) FROM declared_break WHERE region_code IS NULL)
    OR (s.indicator, s.region_code, s.year) IN (
      SELECT (indicator, region_code, year) FROM declared_break WHERE region_code IS NOT NULL
    ) AS break_flag,
  e.published, e.first_seen, e.vintage, s.superseded_at, e.source, e.evidence, e.synthetic, s.closed_reason,
  s.missing_mark
FROM stay AS s
JOIN edition AS e USING (edition_no);

INSERT INTO core.lineage BY NAME
SELECT
  s.observation_id, e.snapshot, e.publication, e.file, s.sheet, s.source_line, s.source_column, s.cell, s.raw,
  s.done
FROM stay AS s
JOIN edition AS e USING (edition_no)
