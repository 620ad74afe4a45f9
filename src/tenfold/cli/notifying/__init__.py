"""Commands about notifications: `rule`, `destination`."""
