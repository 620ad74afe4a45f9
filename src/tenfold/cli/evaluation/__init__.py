"""Commands that measure models: `evaluate`, `compare`."""
