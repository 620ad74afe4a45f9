"""The recipe: its curriculum, shorter and longer runs, and its way through JSON."""

import json
from dataclasses import asdict, replace

import pytest

from tenfold.training.config import Stage, TrainingConfig

CONFIG = TrainingConfig(stages=(Stage(3, 24), Stage(3, 28), Stage(4, 32)))


def test_the_curriculum_goes_stage_by_stage() -> None:
    assert CONFIG.epochs == 10
    assert [CONFIG.side(epoch) for epoch in range(11)] == [24] * 3 + [28] * 3 + [32] * 5


def test_the_bundled_models_recipe_ends_at_full_size() -> None:
    assert TrainingConfig().stages[-1].side == 32
    assert TrainingConfig().precision == "auto"


@pytest.mark.parametrize(
    ("epochs", "stages"),
    [
        (20, [(6, 24), (6, 28), (8, 32)]),
        (11, [(3, 24), (3, 28), (5, 32)]),
        (3, [(3, 32)]),
        (4, [(1, 24), (1, 28), (2, 32)]),
        (1, [(1, 32)]),
    ],
)
def test_another_length_keeps_the_shares_of_the_stages(epochs: int, stages: list[tuple[int, int]]) -> None:
    other = CONFIG.with_epochs(epochs)
    assert [(stage.epochs, stage.side) for stage in other.stages] == stages
    assert other.epochs == epochs
    assert replace(other, stages=CONFIG.stages) == CONFIG


def test_a_run_of_no_epochs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"A run needs at least one epoch, got 0\."):
        CONFIG.with_epochs(0)


def test_it_comes_back_from_json_as_it_was() -> None:
    assert TrainingConfig.from_dict(json.loads(json.dumps(asdict(CONFIG)))) == CONFIG


def test_a_setting_of_another_version_is_refused() -> None:
    with pytest.raises(TypeError, match="mood"):
        TrainingConfig.from_dict({**asdict(CONFIG), "mood": "sunny"})
