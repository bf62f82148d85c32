-- meta.freshness as it may be published: why an edition was refused may quote a figure of it.
-- Grain and key: those of meta.freshness.
SELECT f.* REPLACE (
  coalesce(s.alias, f.snapshot) AS snapshot,
  coalesce(r.alias, f.refused_snapshot) AS refused_snapshot,
  CASE WHEN w.source IS NULL OR f.reason_id IS NULL THEN f.reason_id ELSE $sentence_id END AS reason_id,
  CASE WHEN w.source IS NULL OR f.reason_en IS NULL THEN f.reason_en ELSE $sentence_en END AS reason_en
)
FROM $table AS f
LEFT JOIN withheld_source AS w USING (source)
LEFT JOIN withheld_snapshot AS s ON s.snapshot = f.snapshot
LEFT JOIN withheld_snapshot AS r ON r.snapshot = f.refused_snapshot
