"""Commands about the production line: `line`."""
