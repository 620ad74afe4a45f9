"""Output for a terminal: safe text, tables, progress, curves. Knows nothing of pictures."""
