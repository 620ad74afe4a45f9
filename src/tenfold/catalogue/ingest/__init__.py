"""Adds pictures to the catalogue. Runs no model."""
