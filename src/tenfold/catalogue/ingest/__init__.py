"""Pictures into the catalogue. Runs no model."""
