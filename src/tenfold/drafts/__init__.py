"""Drafts of custom classes: their names, their pictures with features, and what was last learned."""
