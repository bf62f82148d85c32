  -- The five columns of one indicator within wide.sql; at most one row of `figure` stands behind each cell.
  max(f.value) FILTER (f.indicator = $id) AS $name,
  max(f.obs_status) FILTER (f.indicator = $id) AS ${name}_status,
  max(f.method) FILTER (f.indicator = $id) AS ${name}_method,
  max(f.evidence) FILTER (f.indicator = $id) AS ${name}_evidence,
  CASE
    WHEN max(f.value) FILTER (f.indicator = $id) IS NULL
    THEN coalesce(max(f.null_reason) FILTER (f.indicator = $id), 'not_in_sources')
  END AS ${name}_null_reason
