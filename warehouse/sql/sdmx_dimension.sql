coalesce(nullif(regexp_extract(breakdown, '(?:^|;)$name=([^;]+)', 1), ''), '_T') AS "$name"
