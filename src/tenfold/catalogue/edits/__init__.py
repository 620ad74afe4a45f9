"""What people and models change in entries, and undo. Knows no files."""
