"""Own classes from a few pictures, beside other ways."""
