-- The sources that a release's data package cites.
-- Grain: source with an accepted edition.  Key: title.
SELECT DISTINCT title_id || ' | ' || title_en AS title, publisher
FROM core.source
WHERE source IN (SELECT source FROM core.snapshot)
ORDER BY title, publisher
