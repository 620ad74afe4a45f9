"""One picture through a model, so that one that cannot answer is found before it is relied on."""

import os

import numpy as np
from onnxruntime.capi import onnxruntime_pybind11_state as state

from tenfold.errors import ModelFileError
from tenfold.inference.classifier import Classifier

_REFUSALS = (
    state.Fail,
    state.InvalidArgument,
    state.NoSuchFile,
    state.NotImplemented,
    state.RuntimeException,
)


def try_out(classifier: Classifier) -> None:
    """Raise ModelFileError unless the model gives the outputs that its facts promise."""
    side, classes = classifier.info.input_size, len(classifier.info.classes)
    try:
        outputs = classifier.raw(np.zeros((1, side, side, 3), np.uint8))
    except _REFUSALS as reason:
        raise _unfit(classifier, str(reason).partition("\n")[0]) from reason
    shapes = [output.shape for output in outputs]
    fits = len(shapes) == 4 and [len(shape) for shape in shapes] == [2, 2, 4, 1]
    if not fits or shapes[0] != (1, classes) or shapes[2][:2] != (1, classes):
        raise _unfit(classifier, f"outputs {', '.join(map(str, shapes))} for {classes} classes")
    if not all(np.isfinite(output).all() for output in outputs):
        raise _unfit(classifier, "an output is not a number")


def _unfit(classifier: Classifier, received: str) -> ModelFileError:
    return ModelFileError(
        f"The model file {os.fspath(classifier.path)}",
        "does not answer as its facts promise",
        received=received,
        cure="Export it again with the tenfold that trained it.",
    )
