"""Commands about cameras and recordings: `camera`, `watch`."""
