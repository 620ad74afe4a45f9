"""Watched folders: new files in them, and when a file is complete."""
