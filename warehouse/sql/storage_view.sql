-- A table of which large sources' rows are stored narrow: the rows of all small sources, and those.
-- Grain and key: those of the table.
CREATE VIEW $view AS
SELECT $small
FROM $table
UNION ALL
SELECT $large
FROM storage.figure
JOIN storage.trait USING (trait)
JOIN storage.edition USING (edition)
