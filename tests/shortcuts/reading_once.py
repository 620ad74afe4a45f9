"""Reading the bundled models, which do not change, once in a process. Knows no test."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tenfold import modelfile
from tenfold.models import bundled


def reader() -> Callable[..., tuple[bytes, modelfile.ModelInfo]]:
    """What stands for `modelfile.read`: of a bundled model it gives what was read before."""
    read, once = modelfile.read, cache(modelfile.read)

    def known(path: str | os.PathLike[str], subject: str = "") -> tuple[bytes, modelfile.ModelInfo]:
        return once(Path(path)) if path in bundled.files().values() else read(path, subject)

    return known
