"""Long work that survives a restart. Knows how work is kept going, not what it is."""
