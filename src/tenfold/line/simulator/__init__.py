"""A simulated plant: a belt with parts, a camera over it, and a PLC, in its own process."""
