-- The moment that the SDMX header names: the newest day on which anything was seen, so that no clock decides.
-- Grain: one row.  Key: none.
SELECT strftime(max(first_seen), '%Y-%m-%dT00:00:00Z') AS prepared
FROM read_parquet('$directory/core_snapshot.parquet')
