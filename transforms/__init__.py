"""Pure functions from bytes to observations and from observations to joint values."""
