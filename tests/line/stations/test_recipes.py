"""Recipes in versions: only an approved one runs."""

import pytest

from tenfold.database import Database
from tenfold.errors import LineError, UnknownRecipe, UsageError
from tenfold.line.recipe import WHOLE
from tenfold.line.stations.recipes import Recipes, recipe_of

REGIONS = [{"name": "part", "box": list(WHOLE), "accepts": ["good"]}]
CLASSES = ["good", "bad"]


def with_version(recipes: Recipes, recipe: int, **changes: object) -> int:
    values: dict[str, object] = {"model_hash": "a" * 64, "classes": CLASSES, "regions": REGIONS}
    return recipes.add_version(recipe, by=1, **(values | changes)).version  # type: ignore[arg-type]


def test_the_highest_approved_version_runs_and_no_other(database: Database) -> None:
    recipes = Recipes(database)
    row = recipes.add("caps", by=1)
    assert recipes.approved() == []
    assert with_version(recipes, row.id) == 1
    assert with_version(recipes, row.id, least=0.9, deadline=0.2) == 2
    assert recipes.approved() == [], "an unapproved version does not run"
    approved = recipes.approve(row.id, 1, by=7)
    assert approved.approved_by == 7
    assert recipes.approve(row.id, 1, by=8).approved_by == 7, "who approved it first"
    (runs,) = recipes.approved()
    assert recipe_of(runs.recipe, runs.version, deadline=0.4).deadline == 0.4
    recipes.approve(row.id, 2, by=7)
    (runs,) = recipes.approved()
    found = recipe_of(runs.recipe, runs.version, deadline=0.4)
    assert (found.number, found.version, found.least, found.deadline) == (1, 2, 0.9, 0.2)
    assert [one.version for one in recipes.versions(row.id)] == [2, 1]
    recipes.remove(row.id)
    assert recipes.approved() == []


def test_numbers_and_barcodes_name_one_recipe(database: Database) -> None:
    recipes = Recipes(database)
    first, second = recipes.add("caps", by=1, number=7, barcode="400638"), recipes.add("lids", by=1)
    assert second.number == 8
    assert recipes.of_barcode(" 400638 ").id == recipes.named("7").id == first.id
    with pytest.raises(LineError, match="number 7 is that of another") as refused:
        recipes.add("jars", by=1, number=7)
    assert refused.value.reason == "number-taken"
    with pytest.raises(LineError, match="barcode '400638' is that of another") as refused:
        recipes.add("jars", by=1, barcode="400638")
    assert refused.value.reason == "barcode-taken"
    with pytest.raises(UnknownRecipe):
        recipes.of_barcode("")
    recipes.remove(first.id)
    recipes.add("jars", by=1, number=7, barcode="400638")


def test_a_version_has_to_be_one_that_the_model_can_answer(database: Database) -> None:
    recipes = Recipes(database)
    row = recipes.add("caps", by=1)
    for changes, words in (
        ({"classes": ["other"]}, "accepts what the model does not know"),
        ({"regions": []}, "looks at nothing"),
        ({"none_of_these": "pass"}, "passes parts that are none of these"),
    ):
        with pytest.raises(UsageError, match=words):
            with_version(recipes, row.id, **changes)
    with pytest.raises(UnknownRecipe):
        recipes.approve(row.id, 1, by=1)
    with pytest.raises(UnknownRecipe):
        with_version(recipes, row.id + 1)
