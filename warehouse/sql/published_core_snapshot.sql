-- core.snapshot as it may be published: the hash of a file with a hidden figure would tell it to who tries the few
-- numbers that it can be, and so would its exact size; sizes are rounded up to KiB.
-- Grain and key: those of core.snapshot.
SELECT t.* REPLACE (
  coalesce(s.alias, t.snapshot) AS snapshot,
  CASE WHEN s.alias IS NULL THEN t.bytes ELSE (t.bytes + 1023) // 1024 * 1024 END AS bytes
)
FROM $table AS t
LEFT JOIN withheld_snapshot AS s USING (snapshot)
