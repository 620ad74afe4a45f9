"""How good a model is, how sure it may be, and when it should say "none of these"."""
