"""Transfer in stages: the head first, then blocks from behind, on kept features."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.networks.efficientnet_lite import EfficientNetLite
from tenfold.networks.known import build
from tenfold.recipes.augmentation import Augmentation
from tenfold.recipes.recipe import Optimiser, Recipe, Stage, Stopping, Transfer
from tenfold.runs.progress import OnProgress, TrainingProgress
from tenfold.training import state
from tenfold.training.staged import StagedTrainer
from tests.tiny import shades

pytestmark = pytest.mark.train
RECIPE = Recipe(
    network="efficientnet-lite0",
    epochs=6,
    batch_size=20,
    optimiser=Optimiser("adamw", rate=0.003),
    augmentation=Augmentation(flip="random"),
    stopping=Stopping(keep="best"),
    transfer=Transfer(stages=(Stage(0, 0.34), Stage(2, 0.34, 0.1), Stage(4, 0.34, 0.1)), versions=2),
)
TRAINING, VALIDATION = shades(60, classes=3), shades(15, classes=3, seed=1)


def trainer(folder: Path, recipe: Recipe = RECIPE, *, network: nn.Module | None = None) -> StagedTrainer:
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    return StagedTrainer(
        network or build(recipe.network, 3, 32, weights="none"),
        recipe,
        TRAINING,
        VALIDATION,
        device=torch.device("cpu"),
        precision=torch.float32,
        checkpoint=folder / "state.safetensors",
        best=folder / "best.safetensors",
    )


def weights(of: StagedTrainer) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in of.network.state_dict().items()}


def changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> set[str]:
    """The layers and blocks whose weights differ."""
    names = (name for name in before if not torch.equal(before[name], after[name]))
    return {
        ".".join(name.split(".")[:2]) if name.startswith("blocks") else name.split(".")[0] for name in names
    }


def killer(epoch: int) -> OnProgress:
    def report(progress: TrainingProgress) -> None:
        if progress.epoch == epoch:
            raise KeyboardInterrupt

    return report


def always_better(one: StagedTrainer) -> None:
    """Have every epoch count as the best so far."""
    better = iter(range(100, 0, -1))
    stays = one.stopping.stays
    one.stopping.stays = lambda figure, tie=0.0: stays(float(next(better)))  # type: ignore[method-assign]


def test_the_head_learns_first_then_blocks_from_behind(tmp_path: Path) -> None:
    one = trainer(tmp_path)
    always_better(one)
    seen = [weights(one)]
    one.report = lambda progress: seen.append(weights(one)) if progress.validation_loss is not None else None
    one.run()
    learned = [changed(before, after) for before, after in pairwise(seen)]
    behind = {"head", "last", "last_norm"}
    assert learned[:2] == [{"head"}, {"head"}]
    assert learned[2:4] == [behind | {"blocks.14", "blocks.15"}] * 2
    assert learned[4:] == [behind | {f"blocks.{number}" for number in (12, 13, 14, 15)}] * 2


def test_the_fixed_front_sees_each_version_of_a_picture_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    fronts = EfficientNetLite.fronts

    def counting(self: EfficientNetLite, x: Tensor, opened: list[int]) -> list[Tensor]:
        counted.append(len(x))
        return fronts(self, x, opened)

    monkeypatch.setattr(EfficientNetLite, "fronts", counting)
    one = trainer(tmp_path)
    always_better(one)
    one.run()
    assert one.epoch == 6
    assert sum(counted) == 2 * len(TRAINING) + len(VALIDATION)


def test_without_versions_the_front_is_computed_in_each_step(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=3, transfer=replace(RECIPE.transfer, versions=0))
    one = trainer(tmp_path, recipe)
    always_better(one)
    before = weights(one)
    one.run()
    assert one.epoch == 3
    assert "blocks.11" not in changed(before, weights(one))


def test_a_stage_that_brings_no_gain_is_the_last(tmp_path: Path) -> None:
    one = trainer(tmp_path)
    figures = iter([3.0, 2.0, 2.5, 2.5, 1.0, 1.0])
    stays = one.stopping.stays
    one.stopping.stays = lambda figure, tie=0.0: stays(next(figures))  # type: ignore[method-assign]
    one.run()
    assert (one.epoch, one.kept, one.stopped) == (4, 2, True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> StagedTrainer:
    """One that ran undisturbed."""
    one = trainer(tmp_path_factory.mktemp("whole"))
    one.run()
    return one


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [2, 3, 4, 6])
def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path, whole: StagedTrainer, epoch: int) -> None:
    killed = trainer(tmp_path / "killed")
    killed.report = killer(epoch)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    resumed = trainer(tmp_path / "killed")
    assert resumed.checkpoint is not None
    state.resume(resumed, resumed.checkpoint)
    resumed.run()
    assert (resumed.epoch, resumed.kept) == (whole.epoch, whole.kept)
    assert changed(weights(whole), weights(resumed)) == set()


def test_validation_is_judged_as_the_whole_network_would(tmp_path: Path) -> None:
    one = trainer(tmp_path)
    one.run()
    # Read from the features that were kept in half precision.
    kept = one.evaluate(VALIDATION)
    whole = one.evaluate(VALIDATION.take(np.arange(len(VALIDATION))))
    assert kept.mean_loss == pytest.approx(whole.mean_loss, rel=0.01)


def test_a_network_without_blocks_to_open_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"has no blocks to open .*leave the stages out"):
        trainer(tmp_path, network=build("resnet-20", 3, 32))
