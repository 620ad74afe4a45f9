"""`tenfold classify`."""
