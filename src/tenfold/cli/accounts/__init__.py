"""Commands about people: `user`, `token`, `audit`."""
