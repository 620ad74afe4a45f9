"""The registered models, which of them is live, and the history of that. Runs no model."""
