"""Tries a model file in a child process, so that one that cannot answer is found before it is used.

A model file is a program that may come from anybody: it can compute forever, or ask for more memory than
there is, as early as when it is loaded. In a child process both end with that process.
"""

import json
import sys
from pathlib import Path

import numpy as np

from tenfold.errors import ModelFileError
from tenfold.processes import Command, ProcessLimits

# A model of a few hundred megabytes is loaded in seconds, also on a slow machine.
SECONDS = 30.0
# What Python, numpy and ONNX Runtime take by themselves, and how often a file's size it takes to load it.
_BASE_BYTES, _TIMES_FILE = 1_500_000_000, 4
_EXPORT_AGAIN = "Export it again with the tenfold that trained it."


def try_out(path: Path, *, seconds: float | None = None) -> None:
    """Raise ModelFileError unless the model gives the outputs that its facts promise, in time and in memory.

    Args:
        seconds: the longest that it may take; None: `SECONDS`.
    """
    size = path.stat().st_size if path.is_file() else 0
    limits = ProcessLimits(
        seconds=SECONDS if seconds is None else seconds, memory=_BASE_BYTES + _TIMES_FILE * size
    )
    with Command(["tenfold.inference.trial", str(path)], limits=limits) as trial:
        trial.wait(lambda: False, every=0.05)
        said, ending = trial.output, trial.failure
    if not said:
        raise _unfit(path, ending)
    problem = json.loads(said)
    if problem is not None:
        raise ModelFileError(**problem)


def check(path: Path) -> None:
    """As `try_out`, in this process: raises ModelFileError where the outputs are not as the file states."""
    from tenfold.inference.classifier import Classifier
    from tenfold.inference.network import REFUSALS

    classifier = Classifier(path, threads=1)
    side, classes = classifier.info.input_size, len(classifier.info.classes)
    try:
        outputs = classifier.raw(np.zeros((1, side, side, 3), np.uint8))
    except (*REFUSALS, MemoryError) as reason:
        raise _unfit(path, str(reason).partition("\n")[0]) from reason
    shapes = [output.shape for output in outputs]
    fits = len(shapes) == 4 and [len(shape) for shape in shapes] == [2, 2, 4, 1]
    if not fits or shapes[0] != (1, classes) or shapes[2][:2] != (1, classes):
        raise _unfit(path, f"outputs {', '.join(map(str, shapes))} for {classes} classes")
    if not all(np.isfinite(output).all() for output in outputs):
        raise _unfit(path, "an output is not a number")


def _unfit(path: Path, received: str) -> ModelFileError:
    return ModelFileError(
        f"The model file {path}",
        "does not answer as its facts promise",
        received=received,
        cure=_EXPORT_AGAIN,
        reason="model-unusable",
    )


def main(path: Path) -> None:
    problem = None
    try:
        check(path)
    except ModelFileError as reason:
        problem = {name: getattr(reason, name) for name in ("subject", "problem", "received", "cure")}
    sys.stdout.write(json.dumps(problem))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
