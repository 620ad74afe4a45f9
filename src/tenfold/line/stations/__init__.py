"""The stored stations and recipes: set up, changed, approved. Runs none of them."""
