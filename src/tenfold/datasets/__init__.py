"""Labelled pictures: where they come from and how they are split. Knows nothing of networks or torch."""
