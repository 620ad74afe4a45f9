"""A learning curve of small networks on small pictures."""

import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tenfold import modelfile
from tenfold.datasets.dataset import Dataset
from tenfold.errors import DatasetError
from tenfold.networks import known
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Optimiser, Recipe, Teacher, Transfer
from tenfold.runs.progress import TrainingProgress
from tenfold.training import learning_curve as curves
from tests import tiny

pytestmark = pytest.mark.train
RECIPE = Recipe(
    options={"widths": [6, 8, 8]},
    epochs=3,
    batch_size=10,
    precision="float32",
    optimiser=Optimiser("adam", 0.01),
)
DATA = Dataset("shades", tiny.shades(160, 4), tiny.shades(24, 4, seed=1), tiny.shades(40, 4, seed=2), "print")


def test_each_part_holds_the_one_before_and_the_same_share_of_every_class() -> None:
    parts = [curves.part_of(DATA, share) for share in curves.SHARES]
    assert [len(part) for part in parts] == [20, 40, 80, 160]
    for small, large in pairwise(parts):
        assert set(small.tolist()) < set(large.tolist())
    assert np.bincount(DATA.training.labels[parts[0]]).tolist() == [5] * 4


@pytest.mark.slow
def test_a_curve_is_trained_and_what_is_finished_is_not_trained_again(tmp_path: Path) -> None:
    steps: list[str] = []
    first = curves.learning_curve(DATA, RECIPE, tmp_path, on_step=steps.append)
    assert steps == [f"Training on {n} pictures" for n in (20, 40, 80, 160)]
    assert [point.pictures for point in first.points] == [20, 40, 80, 160]
    assert first.points[-1].accuracy.value > first.points[0].accuracy.value - 0.3
    assert len(first.points[0].right) == 40
    seen: list[TrainingProgress] = []
    again = curves.learning_curve(DATA, RECIPE, tmp_path, report=seen.append)
    assert seen == []
    assert all((a.right == b.right).all() for a, b in zip(first.points, again.points, strict=True))


def test_parts_without_two_of_a_class_are_left_out(tmp_path: Path) -> None:
    few = DATA.training.take(
        np.concatenate([np.flatnonzero(DATA.training.labels == k)[:4] for k in range(4)])
    )
    found = curves.learning_curve(replace(DATA, training=few), replace(RECIPE, epochs=1), tmp_path)
    assert [point.pictures for point in found.points] == [8, 16]


def test_too_few_pictures_are_told(tmp_path: Path) -> None:
    few = DATA.training.take(
        np.concatenate([np.flatnonzero(DATA.training.labels == k)[:2] for k in range(4)])
    )
    with pytest.raises(DatasetError) as caught:
        curves.learning_curve(replace(DATA, training=few), replace(RECIPE, epochs=1), tmp_path)
    assert str(caught.value) == (
        "A learning curve needs at least 4 training pictures of every class (the rarest has 2). "
        "Add pictures of it."
    )


def test_the_recipe_is_the_models_own_but_for_what_it_knew_before() -> None:
    info = modelfile.read(tiny.MODEL)[1]
    stated = replace(
        recipe_file.shipped("ml-cnn"), transfer=Transfer("cifar10"), teacher=Teacher("other.onnx"), seed=4
    )
    values = tomllib.loads(recipe_file.dumps(stated)) | {"device": "cpu", "seconds": 5.0}
    recipe = curves.recipe_of(replace(info, network={"name": "ml-cnn"}, training=values), None)
    assert recipe == replace(recipe_file.shipped("ml-cnn"), seed=4, epochs=16)


def test_the_networks_of_the_bundled_model_are_built_with_its_options_and_no_other_of_its_facts() -> None:
    info = modelfile.read(modelfile.bundled("cifar10"))[1]
    recipe = curves.recipe_of(info, None)
    assert recipe.options == {"widths": [64, 256, 256], "last_pool": False, "pool": "average"}
    assert known.build(recipe.network, 10, info.input_size, **recipe.options)


def test_a_file_with_another_form_of_recipe_takes_the_published_one() -> None:
    network = {"name": "default", "classes": 10, "widths": [4, 6, 8], "parameters": 3000}
    info = replace(modelfile.read(tiny.MODEL)[1], training={"stages": [], "seed": 2}, network=network)
    expected = replace(recipe_file.shipped("default"), options={"widths": [4, 6, 8]}, epochs=4)
    assert curves.recipe_of(info, 4) == expected
