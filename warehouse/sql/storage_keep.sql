-- Take out of the tables behind core.observation and core.lineage all but the rows of the sources to be kept.
DELETE FROM storage.figure
WHERE edition IN (SELECT edition FROM storage.edition WHERE source NOT IN ($kept));
DELETE FROM storage.edition
WHERE source NOT IN ($kept);
DELETE FROM storage.trait
WHERE trait NOT IN (SELECT DISTINCT trait FROM storage.figure)
