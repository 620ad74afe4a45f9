"""Training runs as folders: the only package that names, writes and reads their files. Needs no torch."""
