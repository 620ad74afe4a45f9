"""Refits the head of a model whose backbone is frozen on corrected pictures, in place of training a network.

The file says which of its weights are such a head (`network.head`), as `photo` and taught models do. Of the
pictures only the embedding and the model's own answer are needed. Classes are not added.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics, modelfile
from tenfold.datasets.opening import open_dataset
from tenfold.errors import ModelFileError
from tenfold.evaluation.calibration import softmax
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo
from tenfold.teaching.softmax import minimised
from tenfold.workflows.improve.data import MIXTURE, Mixture

Floats = NDArray[np.float64]
# What embeddings are multiplied by for the fit; the strength below is meant for it.
_LENGTH = 19.5
# Pictures between two reports of progress.
_BATCH = 64
# How strongly the weights are held where they are: a few pictures move the answers to what looks like them.
_STRENGTH = 0.1
_LEAST = 1e-9
# No picture of another class is learned from, however many there are.
_NEVER = 1_000_000


def has_head(info: ModelInfo) -> bool:
    """Whether the model has a head of its own to refit."""
    return isinstance(info.network.get("head"), dict)


def mixture(info: ModelInfo) -> Mixture:
    """How corrected and own pictures are mixed: for a frozen backbone fewer own ones are enough."""
    if not has_head(info):
        return MIXTURE
    return replace(MIXTURE, own=1000, own_validation=100, own_test=1000, least_new=_NEVER)


def refit(
    base: Classifier,
    manifest: Path,
    target: Path,
    *,
    name: str,
    cache: Path,
    progress: Callable[[int, int], None],
) -> None:
    """Write the model with its head refitted.

    Args:
        base: the model to start from.
        manifest: the pictures, corrected and own; its part "train" is learned from.
        name: what the new model is called.
        progress: called with the pictures done and all; may raise.

    Raises:
        DatasetError: the pictures cannot be learned from.
        ModelFileError: a file cannot be read or written.
    """
    info = base.info
    data = open_dataset(
        str(manifest), side=info.input_size, data_dir=manifest.parent, cache=cache, resize=info.resize
    ).training
    probabilities, embeddings = [], []
    for start in range(0, len(data), _BATCH):
        progress(start, len(data))
        found = base.raw(np.ascontiguousarray(data.pictures[start : start + _BATCH]))
        probabilities.append(found[0])
        embeddings.append(found[1])
    order = np.array([info.labels.index(label) for label in data.classes])
    change = fit_change(
        np.concatenate(embeddings).astype(np.float64) * _LENGTH,
        np.concatenate(probabilities).astype(np.float64),
        order[data.labels],
        info.temperature,
    )
    # What the network itself multiplies embeddings by before the head.
    change *= _LENGTH / float(info.network["head"]["scale"])
    content, _ = modelfile.read(base.path)
    facts = {**info.training, "corrected": {"pictures": len(data), "strength": _STRENGTH}}
    modelfile.write(
        target,
        _with_head(content, info, change, str(base.path)),
        replace(info, name=name, training=facts, scores={}),
    )


def fit_change(features: Floats, answers: Floats, labels: NDArray[np.int64], temperature: float) -> Floats:
    """What to add to the head's weights: softmax regression on top of the answers that there are.

    The least mean cross-entropy plus half of `_STRENGTH` times the squared change.

    Args:
        features: `[N, D]`, what the head is applied to.
        answers: the model's probabilities `[N, K]`.
        temperature: of the model: its logits are divided by it.

    Returns:
        `[K, D]`.
    """
    offsets = temperature * np.log(answers + _LEAST)
    truth = np.eye(answers.shape[1])[labels]

    def objective(change: Floats) -> tuple[float, Floats]:
        said = softmax(offsets + features @ change.T, temperature)
        cost = metrics.cross_entropy(labels, said) + _STRENGTH / 2 * float(np.vdot(change, change))
        return cost, (said - truth).T @ features / (len(labels) * temperature) + _STRENGTH * change

    return minimised(objective, np.zeros((answers.shape[1], features.shape[1])))


def _with_head(content: bytes, info: ModelInfo, change: Floats, path: str) -> bytes:
    """The network with the change added to the rows of the classes."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(content)
    del model.metadata_props[:]
    name = str(info.network["head"]["weight"])
    for weight in model.graph.initializer:
        if weight.name in (name, f"{name}_half"):
            array = numpy_helper.to_array(weight).copy()
            array[: len(change)] += change.reshape(-1, *array.shape[1:]).astype(array.dtype)
            weight.CopyFrom(numpy_helper.from_array(array, weight.name))
            return bytes(model.SerializeToString())
    raise ModelFileError(
        f"The model file {path}",
        "has no head to refit",
        received=f"no weights called {name}",
        cure="Export it again with the tenfold that made it.",
        reason="no-head",
    )
