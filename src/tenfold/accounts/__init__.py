"""People, their roles, sessions, tokens, and the log of who did what. Knows no HTTP and no picture."""
