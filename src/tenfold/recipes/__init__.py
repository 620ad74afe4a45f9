"""Everything one can set about a training, and its TOML files. Needs no torch."""
