"""Trains one recipe on more and more of the same pictures. evaluation/learning_curve.py draws conclusions.

Needs the `train` extra. Each part is a run with a folder of its own, so a killed curve goes on where it was.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.dataset import Dataset
from tenfold.errors import DatasetError, TrainingError, counted
from tenfold.evaluation.learning_curve import LearningCurve, Point
from tenfold.modelfile import ModelInfo
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Recipe, Teacher
from tenfold.runs.progress import TrainingProgress
from tenfold.training import pipeline

SHARES = (0.125, 0.25, 0.5, 1.0)
EPOCHS = 16
# Pictures of each class in the smallest useful part.
FEWEST = 2


def learning_curve(
    data: Dataset,
    recipe: Recipe,
    folder: Path,
    *,
    device_name: str = "auto",
    on_step: Callable[[str], None] = lambda doing: None,
    report: Callable[[TrainingProgress], None] = lambda progress: None,
) -> LearningCurve:
    """Train `recipe` on an eighth, a quarter, a half and all of each class's training pictures.

    Args:
        data: its test pictures evaluate each part.
        recipe: every part is trained by it, for as many epochs.
        folder: where the parts' runs are kept; finished ones are not trained again.
        on_step: called with what is done now.
        report: called with each part's progress.

    Raises:
        DatasetError: there are too few pictures to take a half of.
        TrainingError: a part cannot be trained.
    """
    points: list[Point] = []
    for share in SHARES:
        chosen = part_of(data, share)
        if _rarest(data, chosen) < FEWEST:
            continue
        part = replace(data, training=data.training.take(chosen), fingerprint=f"{data.fingerprint}-{share:g}")
        on_step(f"Training on {counted(len(chosen), 'picture')}")
        trainer = pipeline.train(
            part,
            folder / f"{len(chosen)}-pictures",
            recipe,
            device_name=device_name,
            resume=True,
            on_progress=[report],
        )
        logits, _ = trainer.outputs(data.test)
        points.append(Point(len(chosen), logits.argmax(axis=1) == data.test.labels))
    if len(points) < 2:
        raise DatasetError(
            "A learning curve",
            f"needs at least {2 * FEWEST} training pictures of every class",
            received=f"the rarest has {_rarest(data, np.arange(len(data.training)))}",
            cure="Add pictures of it.",
        )
    return LearningCurve(tuple(points), data.test.labels, data.test.classes, recipe.epochs)


def recipe_of(info: ModelInfo, epochs: int | None) -> Recipe:
    """The recipe that a model file states, for a shorter run, without a teacher or a start from elsewhere.

    A curve is about what the pictures teach, so no part may know anything beforehand. A file that an older
    tenfold wrote states another form of recipe; then the network's published one is taken.
    """
    name = str(info.network["name"])
    known = {key: value for key, value in info.training.items() if key in Recipe.__dataclass_fields__}
    try:
        recipe = recipe_file.from_dict(known if "optimiser" in known else {}, "of the model file")
    except TrainingError:
        recipe = Recipe()
    if recipe.network != name or "optimiser" not in known:
        recipe = replace(recipe_file.shipped(name), options=info.network_options)
    transfer = replace(recipe.transfer, source="", freeze_until="")
    recipe = replace(recipe, transfer=transfer, teacher=Teacher(), side=info.input_size)
    return replace(recipe, epochs=epochs or min(recipe.epochs, EPOCHS))


def part_of(data: Dataset, share: float) -> NDArray[np.int64]:
    """Indices of a share of every class's training pictures; a smaller part is within a larger one."""
    labels = data.training.labels
    order = np.random.default_rng(1).permutation(len(labels))
    chosen = [
        members[: int(np.ceil(share * len(members)))]
        for k in range(len(data.training.classes))
        if len(members := order[labels[order] == k])
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _rarest(data: Dataset, chosen: NDArray[np.int64]) -> int:
    return int(np.bincount(data.training.labels[chosen], minlength=len(data.training.classes)).min())
