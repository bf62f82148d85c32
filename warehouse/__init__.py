"""The DuckDB model, the fold, joint tables, and releases."""
