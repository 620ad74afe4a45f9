"""Drafts of own classes: their names, their pictures with features, and what was last learned from them."""
