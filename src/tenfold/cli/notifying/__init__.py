"""Commands about who is told what cameras see: `rule`, `destination`."""
