"""Entries like another one, and duplicates. Runs no model."""
