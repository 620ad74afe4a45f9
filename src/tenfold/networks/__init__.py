"""Networks, one per file. Each knows its layers and nothing of data, training or files."""
