"""The command group `tenfold catalogue`."""
