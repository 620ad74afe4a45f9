"""How right, honest and robust the bundled models are, in every format, and how some of them were made."""
