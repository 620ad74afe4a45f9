"""The folders of a training on corrections: its run, and the copies of people's pictures that it learns from.

Does not know which improvements run: the caller decides when copies are deleted.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tenfold.datasets.opening import forget_cached
from tenfold.paths import Home
from tenfold.workflows.improve.data import MANIFEST

_RUN = "improvement-"


def run_of(improvement_id: int) -> str:
    """The name of the training run of an improvement."""
    return f"{_RUN}{improvement_id}"


def of_improvement(run: str) -> bool:
    """Whether a training run is part of an improvement."""
    return run.removeprefix(_RUN).isdecimal() and run.startswith(_RUN)


def copies_of(home: Home, improvement_id: int) -> Path:
    """The folder of the copies of an improvement."""
    return home.improvements / str(improvement_id)


def kept_copies(home: Home) -> Iterator[int]:
    """The improvements that have copies."""
    yield from (int(one.name) for one in home.improvements.glob("*") if one.name.isdecimal())


def remove_copies(home: Home, improvement_id: int) -> None:
    """Remove the copies of an improvement: the files, and what training decoded of them."""
    folder = copies_of(home, improvement_id)
    forget_cached(folder / MANIFEST, home.cache)
    shutil.rmtree(folder, ignore_errors=True)
