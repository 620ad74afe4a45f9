"""The production line over HTTP: stations, what they did, and recipes."""
