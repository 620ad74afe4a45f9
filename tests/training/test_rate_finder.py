"""The learning-rate finder: it stops where the loss rises, and suggests a rate at which a network learns."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tenfold.datasets.dataset import Dataset
from tenfold.recipes.recipe import Optimiser, Recipe
from tenfold.training import pipeline
from tenfold.training.rate_finder import STEPS, RateCurve, find_rate
from tests.tiny import shades

pytestmark = pytest.mark.train
DATA = Dataset(
    "easy", shades(90, classes=3), shades(30, classes=3, seed=1), shades(30, classes=3, seed=2), "x"
)
NARROW = Recipe(
    options={"widths": [6, 8, 8]},
    epochs=4,
    batch_size=15,
    early_epochs=0,
    precision="float32",
    optimiser=Optimiser("adam", rate=0.001),
)


@pytest.mark.slow
def test_its_suggestion_is_a_rate_at_which_the_network_learns(tmp_path: Path) -> None:
    found = find_rate(DATA, NARROW)
    assert 10 < len(found.rates) == len(found.losses) <= STEPS
    assert found.rates[0] == pytest.approx(1e-7)
    assert found.suggestion is not None
    assert 1e-4 <= found.suggestion <= 0.3
    recipe = replace(NARROW, optimiser=Optimiser("adam", rate=found.suggestion))
    trainer = pipeline.train(DATA, tmp_path / "run", recipe)
    assert trainer.evaluate(DATA.validation).accuracy > 0.6


def test_it_ends_where_the_loss_is_lost_or_far_too_high() -> None:
    found = find_rate(DATA, replace(NARROW, optimiser=Optimiser("sgd", rate=1.0)))
    assert len(found.rates) < STEPS
    assert np.isfinite(found.losses).all()


def test_a_loss_that_falls_at_no_rate_suggests_none() -> None:
    rates = np.geomspace(1e-6, 1, 50)
    assert RateCurve(rates, np.linspace(1.0, 1.2, 50)).suggestion is None
    assert RateCurve(rates, np.abs(np.log10(rates) + 2) + 0.5).suggestion == 0.001
