"""Commands about the server: `serve`, `health`, `settings`, `jobs`."""
