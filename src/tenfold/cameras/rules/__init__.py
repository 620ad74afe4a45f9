"""Rules: which events before cameras are worth a message. Knows no destination.

evaluate.py  Rule, and whether it fires
text.py      rules as a line of text and as JSON
kept.py      Rules: those of the server, and what they remember
tables.py    their table
"""
