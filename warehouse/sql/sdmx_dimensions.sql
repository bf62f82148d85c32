-- The breakdown dimensions of the catalog in the order of their ids.
-- Grain: dimension.  Key: dimension.
SELECT DISTINCT dimension, dimension_label_id, dimension_label_en
FROM read_parquet('$directory/core_breakdown.parquet')
ORDER BY dimension
