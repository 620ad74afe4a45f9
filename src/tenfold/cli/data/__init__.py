"""The command group `tenfold data`."""
