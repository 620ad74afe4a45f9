"""A training run's folder: its only writer and reader. Needs no torch."""
