-- meta.quarantine as it may be published: of a source with hidden figures the place and the rule, not the text.
-- Grain and key: those of meta.quarantine.
SELECT q.* REPLACE (
  coalesce(s.alias, q.snapshot) AS snapshot,
  CASE WHEN w.source IS NULL THEN q.raw END AS raw,
  CASE WHEN w.source IS NULL THEN q.message_id ELSE $sentence_id END AS message_id,
  CASE WHEN w.source IS NULL THEN q.message_en ELSE $sentence_en END AS message_en
)
FROM $table AS q
LEFT JOIN withheld_source AS w USING (source)
LEFT JOIN withheld_snapshot AS s USING (snapshot)
