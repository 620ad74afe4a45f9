"""A sample of the pictures that a model was made from, as its answers and embeddings; no picture is in it.

It stands beside a model that comes with tenfold (`benchmarks/own_samples.py` makes it), so that a correction
does not cost what the model knew, and that this can be measured. Embeddings are kept in 4 steps: what a
correction makes of them is off by about 0.1 in a logit, which is as often too much as too little.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tenfold.models import bundled
from tenfold.teaching.refit import Answers, Numbers, answers

_STEPS = 3


@dataclass(frozen=True, eq=False)
class OwnSample:
    """What a model said of pictures like those that it was made from.

    learn: pictures to keep what it knew by; judge: others, to see whether it did; others: pictures of none of
    its classes. labels: their classes.
    """

    learn: Answers
    learn_labels: Numbers
    judge: Answers
    judge_labels: Numbers
    others: Answers


def of_bundled(key: str) -> Path | None:
    """The sample of a model that comes with tenfold, by the model's hash; None where there is none."""
    model = bundled.files().get(key)
    file = None if model is None else file_beside(model)
    return file if file is not None and file.is_file() else None


def file_beside(model: Path) -> Path:
    """Where a model's sample stands."""
    return model.with_name(f"{model.stem}-own.npz")


def load(path: Path) -> OwnSample:
    """The sample in a file."""
    with np.load(path, allow_pickle=False) as stored:
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


def save(path: Path, found: OwnSample) -> None:
    """Write a sample."""
    parts = (found.learn, found.judge, found.others)
    roots = np.sqrt(np.maximum(np.concatenate([one.embeddings for one in parts]), 0))
    steps = np.round(roots / roots.max(axis=1, keepdims=True) * _STEPS)
    none = np.zeros(len(found.others), np.int64)
    np.savez_compressed(
        path,
        embeddings=steps.astype(np.uint8),
        logs=np.concatenate([one.logits for one in parts]).astype(np.float16),
        novelty=np.concatenate([one.novelty for one in parts]).astype(np.float16),
        labels=np.concatenate([found.learn_labels, found.judge_labels, none]).astype(np.uint8),
        part=np.repeat(np.arange(3), [len(one) for one in parts]).astype(np.uint8),
    )
