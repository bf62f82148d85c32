"""The `mojoraya` command: one module per verb."""
