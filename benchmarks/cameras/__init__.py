"""Cameras that are watched: what is found and told, what it costs, and how soon."""
