"""The models that are kept, which of them is live, and how that came to be. Runs no model."""
