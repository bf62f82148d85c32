-- Add the rows of some shards to a table behind core.observation and core.lineage, numbered on from those there.
-- Grain: row of those files.
INSERT INTO $table ($columns)
SELECT $values
FROM read_parquet($files, filename = true) AS f
JOIN storage_base AS b ON b.file = f.filename
