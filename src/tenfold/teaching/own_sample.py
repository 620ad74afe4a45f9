"""A sample of the pictures that a model was made from, as its answers and embeddings; no picture is in it.

It stands beside a model that comes with tenfold (`benchmarks/models/own_samples.py` makes it) or that was
taught, so that a correction does not cost what the model knew, and that this can be measured. Embeddings are
kept in 4 steps: what a correction makes of them is off by about 0.1 in a logit, as often too much as too
little.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from tenfold.errors import ModelFileError
from tenfold.evaluation.calibration import softmax
from tenfold.files import write_whole
from tenfold.models import bundled
from tenfold.os_errors import refused
from tenfold.teaching.refit import Answers, Numbers, answers
from tenfold.teaching.teach import Floats, Labels, Taught

# How many pictures of a taught model are kept; at least three of each class.
MOST = 600
_STEPS = 3


@dataclass(frozen=True, eq=False)
class OwnSample:
    """What a model said of pictures like those that it was made from.

    learn: pictures to keep what it knew by; test: others, to see whether it did; others: pictures of none of
    its classes. labels: their classes.
    """

    learn: Answers
    learn_labels: Numbers
    test: Answers
    test_labels: Numbers
    others: Answers


def of_bundled(key: str) -> Path | None:
    """The sample of a model that comes with tenfold, by the model's hash; None where there is none."""
    model = bundled.files().get(key)
    file = None if model is None else file_beside(model)
    return file if file is not None and file.is_file() else None


def file_beside(model: Path) -> Path:
    """Where a model's sample stands."""
    return model.with_name(f"{model.stem}-own.npz")


def of_taught(taught: Taught, embeddings: Floats, labels: Labels) -> OwnSample:
    """Of what a model was taught from: two of three pictures to learn from, the third to test it by.

    The model has learned from all of them: they show what is forgotten, and not how good it is.
    """
    most = max(3, MOST // len(taught.classes))
    each = [np.flatnonzero(labels == number) for number in range(len(taught.classes))]
    chosen = np.concatenate([own[:: -(-len(own) // most)] for own in each])
    features, own_labels = embeddings[chosen], labels[chosen]
    shares = softmax(taught.head.logits(features), taught.temperature)
    said = answers(shares, features, taught.rejection.novelty(features))
    third = np.arange(len(chosen)) % 3 == 2
    return OwnSample(
        said.take(~third), own_labels[~third], said.take(third), own_labels[third], said.take(third & ~third)
    )


def load(source: Path | BytesIO) -> OwnSample:
    """The sample in a file, or in its bytes."""
    with np.load(source, allow_pickle=False) as stored:
        steps = stored["embeddings"].astype(np.float64) ** 2
        embeddings = steps / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-9)
        everything = answers(np.exp(stored["logs"].astype(np.float64)), embeddings, stored["novelty"])
        labels, part = stored["labels"].astype(np.int64), stored["part"]
    return OwnSample(
        everything.take(part == 0),
        labels[part == 0],
        everything.take(part == 1),
        labels[part == 1],
        everything.take(part == 2),
    )


def beside(model: Path, key: str) -> bytes | None:
    """The file of the sample beside a model file, whose SHA-256 is `key`; None: there is none of it."""
    try:
        content = file_beside(model).read_bytes()
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            mine = str(stored["model"]) == key
        return content if mine and load(BytesIO(content)).learn_labels.size else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):  # it is none, or another's
        return None


def put_beside(model: Path, key: str, found: OwnSample) -> Path:
    """Write a model's sample beside its file. Raises ModelFileError where it cannot be written."""
    path, out = file_beside(model), BytesIO()
    save(out, found, model=key)
    try:
        write_whole(path, out.getvalue())
    except OSError as reason:
        raise refused(ModelFileError, f"The own sample {path}", reason, "cannot be written") from reason
    return path


def save(path: Path | BytesIO, found: OwnSample, *, model: str = "") -> None:
    """Write a sample. model: the SHA-256 of its model."""
    parts = (found.learn, found.test, found.others)
    roots = np.sqrt(np.maximum(np.concatenate([one.embeddings for one in parts]), 0))
    steps = np.round(roots / np.maximum(roots.max(axis=1, keepdims=True), 1e-9) * _STEPS)
    none = np.zeros(len(found.others), np.int64)
    np.savez_compressed(
        path,
        model=np.array(model),
        embeddings=steps.astype(np.uint8),
        logs=np.concatenate([one.logits for one in parts]).astype(np.float16),
        novelty=np.concatenate([one.novelty for one in parts]).astype(np.float16),
        labels=np.concatenate([found.learn_labels, found.test_labels, none]).astype(np.uint16),
        part=np.repeat(np.arange(3), [len(one) for one in parts]).astype(np.uint8),
    )
