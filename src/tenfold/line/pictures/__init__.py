"""Pictures of parts: taken, checked, cut to the part; a line in them as a trigger. Knows no model."""
