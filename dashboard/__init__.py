"""The page of a release, from its parquet files alone."""
