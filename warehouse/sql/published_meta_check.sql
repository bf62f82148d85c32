-- meta.check as it may be published: a sentence that may quote a sensitive figure makes way for one that does not.
-- Grain and key: those of meta.check.
SELECT c.* EXCLUDE (may_quote) REPLACE (
  CASE WHEN s.alias IS NULL THEN c.check_id ELSE replace(c.check_id, left(c.snapshot, 12), s.alias) END AS check_id,
  coalesce(s.alias, c.snapshot) AS snapshot,
  CASE WHEN c.may_quote THEN $sentence_id ELSE c.message_id END AS message_id,
  CASE WHEN c.may_quote THEN $sentence_en ELSE c.message_en END AS message_en
)
FROM (
  SELECT
    *,
    (outcome <> 'passed' OR failed > 0) AND (
      coalesce(source IN (SELECT source FROM withheld_source), false)
      OR coalesce(indicator IN (SELECT indicator FROM sensitive_indicator), false)
      OR EXISTS (FROM sensitive_indicator AS n WHERE contains(message_id, n.label_id))
    ) AS may_quote
  FROM $table
) AS c
LEFT JOIN withheld_snapshot AS s USING (snapshot)
