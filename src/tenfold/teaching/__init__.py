"""Own classes from a few pictures: a new head on the frozen features of a pretrained network."""
