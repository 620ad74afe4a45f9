"""Networks and their training: accuracy, time, and the data that they learn from."""
