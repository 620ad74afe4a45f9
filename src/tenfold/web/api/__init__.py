"""The HTTP API, one package for each version."""
