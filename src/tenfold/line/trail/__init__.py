"""What a station keeps of each part, and what people read from it. Knows no plant and no model."""
