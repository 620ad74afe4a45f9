"""Optimisers, learning rates and averaged weights. Knows nothing of networks or pictures."""
