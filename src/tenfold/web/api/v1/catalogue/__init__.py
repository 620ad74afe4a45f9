"""/api/v1/catalogue and what belongs to it."""
