"""Request bodies: pictures and other files, read within limits. Classifies and stores nothing."""
