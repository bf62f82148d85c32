"""What figures mean: indicators, regions, agglomerations, and the typed models of contracts."""
