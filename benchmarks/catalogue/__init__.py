"""The picture catalogue: how fast pictures come in and are found, and that none is lost."""
