"""Watching cameras in a server: what is seen becomes events, pictures of the catalogue, and clips."""
