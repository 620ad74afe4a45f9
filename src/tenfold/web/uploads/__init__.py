"""Request bodies: pictures and other files, read within limits. Classifies and keeps nothing."""
