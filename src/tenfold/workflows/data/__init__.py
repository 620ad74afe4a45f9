"""Training data: uploading, fetching and checking it."""
