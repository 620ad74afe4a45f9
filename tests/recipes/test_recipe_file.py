"""Recipes as files: shipped ones, one's own, and changes from the command line."""

from dataclasses import replace
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.networks.known import NETWORKS
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Optimiser, Recipe, Step


def test_every_network_has_a_recipe_of_its_own_name() -> None:
    assert recipe_file.names() == sorted(network.name for network in NETWORKS)
    assert all(recipe_file.shipped(name).network == name for name in recipe_file.names())
    assert all(recipe_file.shipped(one.name).side == one.side for one in NETWORKS)


@pytest.mark.parametrize("name", recipe_file.names())
def test_a_written_recipe_is_read_as_it_was(name: str, tmp_path: Path) -> None:
    recipe = recipe_file.shipped(name)
    (tmp_path / "recipe.toml").write_text(recipe_file.dumps(recipe))
    assert recipe_file.read(tmp_path / "recipe.toml") == recipe


def test_published_settings_are_as_published() -> None:
    ml = recipe_file.shipped("ml-cnn")
    assert (ml.epochs, ml.batch_size, ml.optimiser.name, ml.optimiser.rate) == (50, 32, "adam", 0.001)
    assert (ml.schedule.name, ml.schedule.factor, ml.schedule.epochs) == ("step", 0.5, (10,))
    changes = ml.augmentation
    assert (changes.rotate, changes.translate, changes.shear, changes.zoom) == (15, 0.1, 0.1, 0.2)
    assert (changes.flip, changes.fill, ml.stopping.patience) == ("random", "nearest", 5)
    six = recipe_file.shipped("sequential-6conv")
    assert (six.epochs, six.batch_size, six.augmentation.translate, six.augmentation.flip) == (
        50,
        32,
        0.1,
        "random",
    )


def test_what_a_recipe_leaves_out_is_as_published_for_its_network(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('network = "ml-cnn"\nepochs = 7\n[augmentation]\nzoom = 0.0\n')
    recipe, shipped = recipe_file.read(path), recipe_file.shipped("ml-cnn")
    assert recipe == replace(shipped, epochs=7, augmentation=replace(shipped.augmentation, zoom=0.0))


def test_a_network_of_ones_own_takes_the_recipes_place_and_not_its_options(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text('network = "sequential-4conv"\nepochs = 3\n[options]\nsame = "first"\n')
    assert recipe_file.read(file, "my.nets:build") == replace(recipe_file.shipped("my.nets:build"), epochs=3)
    assert recipe_file.read(file, "sequential-4conv") == recipe_file.read(file)
    assert recipe_file.read(file).options == {"same": "first"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epochs = 0", "cannot be used. epochs is 0; it can be 1 to 100000."),
        ('epochs = "many"', "cannot be used. epochs is 'many'; it has to be a int."),
        ("epoch = 5", "cannot be used. epoch is not a setting; known are network, options, epochs,"),
        ("[optimiser]\nlr = 1", "cannot be used. optimiser.lr is not a setting; known are name, rate,"),
        ("optimiser = 3", "cannot be used. optimiser is 3; it has to be a Optimiser."),
        ("epochs = ", "cannot be read ("),
        (
            'network = "lenet"',
            "The network 'lenet' has no recipe here (known are cifar10-small, cifar10-wide, default,",
        ),
        ("[augmentation]\nrotate = 999", "rotate"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(TrainingError) as caught:
        recipe_file.read(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value) or "lenet" in words


def test_a_missing_recipe_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        recipe_file.read(tmp_path / "no.toml")
    assert str(caught.value) == (
        f"The recipe {tmp_path / 'no.toml'} cannot be read (No such file or directory). "
        "Start from a shipped one: tenfold train --show-recipe > recipe.toml"
    )


def test_settings_are_changed_by_their_dotted_names() -> None:
    recipe = recipe_file.with_changes(
        Recipe(),
        [
            "optimiser.rate=0.01",
            "optimiser.name=sgd",
            "seed = 9",
            "curriculum=[{share=0.5, size=0.5}]",
            "options.width=4",
        ],
    )
    assert recipe.optimiser == Optimiser("sgd", 0.01)
    assert (recipe.seed, recipe.curriculum, recipe.options) == (9, (Step(0.5, 0.5),), {"width": 4})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("optimiser.rate", "The change 'optimiser.rate' is not of the form name=value."),
        ("rate=1", "The recipe with rate cannot be used. rate is not a setting;"),
        (
            "epochs.much=1",
            "The setting epochs.much does not exist. epochs is one value, not a group of them.",
        ),
        ("epochs=ten", "epochs is 'ten'; it has to be a int."),
    ],
)
def test_a_change_that_cannot_be_made_is_told(change: str, words: str) -> None:
    with pytest.raises(TrainingError) as caught:
        recipe_file.with_changes(Recipe(), [change])
    assert words in str(caught.value)


def test_nested_settings_get_dotted_names() -> None:
    assert list(recipe_file.flat({"a": 1, "b": {"c": [2], "d": {"e": ""}}})) == [
        ("a", 1),
        ("b.c", [2]),
        ("b.d.e", ""),
    ]
