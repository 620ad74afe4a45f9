"""Models over HTTP: what is live, how it was made and judged, drafts, exports and drift."""
