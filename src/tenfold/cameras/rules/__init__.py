"""Rules: which events before cameras are worth a message. Knows no destination."""
