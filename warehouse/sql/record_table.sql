-- Keep registered records as a table of the writer's own warehouse; it is in no release.
CREATE TABLE $table AS
SELECT *
FROM $rows
