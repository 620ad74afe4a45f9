"""Entries in folders by class on disk, and undo."""
