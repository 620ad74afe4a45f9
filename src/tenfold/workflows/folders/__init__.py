"""Watched folders: what appears in them, and when a file is whole."""
