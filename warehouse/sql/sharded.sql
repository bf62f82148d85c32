-- A table of which some sources' rows stand in files: the others' rows, and those of the files.
-- Grain and key: those of the table.
ALTER TABLE $schema.$name RENAME TO $own;
CREATE VIEW $schema.$name AS
SELECT * FROM $schema.$own
UNION ALL BY NAME
SELECT * FROM read_parquet($files)
