"""The picture catalogue: what is in it, how it is found, corrected and filed. Knows no network, no HTTP."""
