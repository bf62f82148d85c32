"""One module per verb; each declares its arguments in `add` and does its work in `run`."""
