"""Exports from the catalogue: tables, archives, folders. Changes nothing in it."""
