"""Random changes to training pictures. Knows nothing of networks."""
