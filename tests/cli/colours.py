"""The command line in a process of its own, around the classifier that sees colours: `colours.py serve ...`.

COLOURS_SECONDS says how long a run of its network takes.
"""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import tenfold.inference
from tenfold import cli
from tests.fakes import FakeClassifier


class Colours(FakeClassifier):
    """Made as the real one is."""

    def __init__(self, model: object = None, *, threads: int = 0, limits: Any = None) -> None:
        super().__init__(limits, seconds=float(os.environ.get("COLOURS_SECONDS", "0")))


def main() -> int:
    """The command line, around it."""
    tenfold.inference.Classifier = Colours  # type: ignore[misc]
    return cli.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
