"""Cameras over HTTP: the cameras themselves, and what was seen and recorded."""
