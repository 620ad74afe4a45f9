"""The ways out of the catalogue: tables, archives, folders. Changes nothing in it."""
