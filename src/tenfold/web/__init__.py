"""The HTTP API and the page. FastAPI has its home here; only `tenfold serve` imports this."""
