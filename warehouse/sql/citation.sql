-- What a citation needs of every source with an accepted edition: its newest one.
-- Grain: source.  Key: source.
SELECT
  s.source, s.publisher, s.title_id, s.title_en, e.publication, s.evidence, s.synthetic, e.published, e.first_seen,
  e.file, e.snapshot
FROM read_parquet('$directory/core_source.parquet') AS s
JOIN read_parquet('$directory/core_snapshot.parquet') AS e USING (source)
QUALIFY row_number() OVER (PARTITION BY s.source ORDER BY e.vintage DESC, e.snapshot) = 1
ORDER BY s.source
