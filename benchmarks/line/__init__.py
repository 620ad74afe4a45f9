"""A simulated production line, and how long its tutorial takes."""
