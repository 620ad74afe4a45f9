"""Models over HTTP: what is live, how it was made and evaluated, drafts, exports and drift."""
