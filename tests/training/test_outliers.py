"""Pictures of none of the classes: where they come from, and that the network becomes unsure of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from PIL import Image
from torch.nn import functional

from tenfold.errors import TrainingError
from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.recipes.recipe import Optimiser, Outliers, Recipe
from tenfold.training import outliers
from tenfold.training.loop import Trainer
from tenfold.training.outliers import OutlierPictures
from tests.tiny import shades

pytestmark = pytest.mark.train
RECIPE = Recipe(epochs=4, batch_size=20, optimiser=Optimiser("muon", rate=0.1, momentum=0.6))


@pytest.mark.parametrize("make", outliers.MADE_UP)
@pytest.mark.parametrize("side", [32, 96])
def test_a_seed_fixes_what_is_made_up_and_no_two_are_the_same(make: outliers.MadeUp, side: int) -> None:
    def some(seed: int) -> list[bytes]:
        random = np.random.default_rng(seed)
        return [make(side, random).tobytes() for _ in range(5)]

    assert some(1) == some(1)
    assert len({*some(1), *some(2)}) == 10
    drawn = make(side, np.random.default_rng(1))
    assert drawn.shape == (side, side, 3)
    assert drawn.dtype == np.uint8


def test_a_folder_is_read_with_the_folders_in_it_and_what_is_no_picture_is_passed_over(
    tmp_path: Path,
) -> None:
    (tmp_path / "inner").mkdir()
    for place, level in ((tmp_path / "a.png", 10), (tmp_path / "inner" / "b.png", 200)):
        Image.new("RGB", (50, 40), (level,) * 3).save(place)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    found = outliers.read_folder(tmp_path, 32)
    assert found.shape == (2, 32, 32, 3)
    assert sorted(found[:, 0, 0, 0].tolist()) == [10, 200]


@pytest.mark.parametrize(
    ("name", "why"), [("empty", "has no picture that can be read"), ("missing", "cannot be listed")]
)
def test_a_folder_without_pictures_is_told(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match=why):
        outliers.read_folder(tmp_path / name, 32)


def test_so_many_are_shown_in_a_step_as_the_share_says() -> None:
    some = OutlierPictures(Outliers(made_up=30, share=0.5), 32, 1)
    pictures, places = some.draw(20, torch.Generator().manual_seed(1))
    assert (pictures.shape, len(places)) == ((10, 3, 32, 32), 10)


def test_the_loss_is_least_where_every_class_is_as_probable() -> None:
    some = OutlierPictures(Outliers(made_up=6, weight=2.0), 32, 1)
    even, sure = torch.zeros(3, 4), torch.tensor([[5.0, 0, 0, 0]])
    assert float(some.loss(even)) == pytest.approx(2 * np.log(4))
    assert float(some.loss(sure)) > float(some.loss(even))


def test_a_network_that_was_shown_them_is_less_sure_of_others_of_the_kind() -> None:
    unseen = torch.from_numpy(outliers.made_up(60, 32, seed=99)).permute(0, 3, 1, 2)

    def sureness(shown: Outliers) -> float:
        torch.manual_seed(1)
        learner = Trainer(
            DefaultNetwork(DefaultConfig(classes=4, widths=(6, 8, 8))),
            replace(RECIPE, outliers=shown),
            shades(90, classes=4),
            shades(24, classes=4, seed=1),
            device=torch.device("cpu"),
            precision=torch.float32,
            outliers=OutlierPictures(shown, 32, 1) if shown.made_up else None,
        )
        learner.run()
        with torch.no_grad():
            logits = learner.network.eval()(learner.normalise(unseen)).logits
        return float(functional.softmax(logits, dim=1).amax(1).mean())

    assert sureness(Outliers(made_up=120, share=1.0, weight=1.0)) < sureness(Outliers()) - 0.1
