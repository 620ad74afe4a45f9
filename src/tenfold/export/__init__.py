"""From a trained network to what other surfaces run. Knows nothing of data or of how it was trained."""
