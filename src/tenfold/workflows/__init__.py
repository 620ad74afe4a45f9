"""The long jobs: adding, watching, training, improving, reclassifying. Wires features to `jobs`."""
