"""A recipe's settings: each is described, and none takes a value that cannot be used."""

import pytest

from tenfold.recipes.recipe import Optimiser, Recipe, Schedule, Step, Stopping, describe


def test_every_setting_is_described() -> None:
    rows = describe()
    assert all(text for _, _, text in rows)
    names = [name for name, _, _ in rows]
    assert len(names) == len(set(names)) > 50
    assert ("batch_size", "128", "pictures in a step") in rows
    assert "optimiser.rate" in names
    assert "augmentation.mixup" in names


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs is 0; it can be 1 to 100000."),
        ({"side": 31}, "side is 31; it can be 32 to 224."),
        ({"precision": "float8"}, "precision is 'float8'; it can be auto, float32 or bfloat16."),
        ({"balance": "both"}, "balance is 'both'; it can be auto, none, weights or sampling."),
        ({"optimiser": Optimiser("lion")}, "optimiser.name is 'lion'; it can be adam, adamw, sgd or muon."),
        ({"optimiser": Optimiser(rate=-1)}, "optimiser.rate is -1; it can be 0 to 100."),
        ({"schedule": Schedule(factor=2)}, "schedule.factor is 2; it can be 0 to 1."),
        ({"stopping": Stopping(keep="all")}, "stopping.keep is 'all'; it can be last or best."),
        ({"curriculum": (Step(0.5, 2),)}, "curriculum.size is 2; it can be 0.25 to 1."),
    ],
)
def test_a_value_that_cannot_be_used_is_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match="it can be") as caught:
        Recipe(**values)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_a_curriculum_takes_its_share_of_the_epochs_and_the_rest_has_the_whole_side() -> None:
    recipe = Recipe(epochs=96, curriculum=(Step(0.3125, 0.75), Step(0.3125, 0.875)))
    sides = [recipe.side_at(epoch) for epoch in range(96)]
    assert [sides.count(side) for side in (24, 28, 32)] == [30, 30, 36]
    assert sides == sorted(sides)
    assert [Recipe(epochs=1, curriculum=recipe.curriculum).side_at(e) for e in (0, 1)] == [32, 32]
