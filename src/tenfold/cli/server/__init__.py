"""Commands about the server: `serve`, `settings`, `jobs`."""
