"""Who may ask what, and how much: access, limits, headers. Answers nothing itself."""
