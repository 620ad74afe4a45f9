"""python -m tenfold: the same as the command `tenfold`."""

from tenfold.cli import main

if __name__ == "__main__":
    main()
