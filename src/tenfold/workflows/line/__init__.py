"""Runs stations of a production line, and simulates a plant to try them on."""
