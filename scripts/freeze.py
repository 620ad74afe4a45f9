"""Prints what this environment holds as exact versions, for constraints.txt. Run by `make constraints`."""

import re
from importlib.metadata import distributions

HEADER = """\
# The exact versions that the tests ran with, for `pip install -c`. Written by `make constraints`.
# torch is installed first, by itself (see the Makefile).
"""
LEFT_OUT = {"pip", "tenfold"}


def main() -> None:
    # "2.13.0+cpu" names a build, not a version: other machines have other builds of 2.13.0.
    pins = {
        re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d.version.partition("+")[0]
        for d in distributions()
    }
    lines = [f"{name}=={version}" for name, version in sorted(pins.items()) if name not in LEFT_OUT]
    print(HEADER + "\n".join(lines))


if __name__ == "__main__":
    main()
