"""The HTTP API: how fast it answers, beside its peers, and what it makes of made-up requests."""
