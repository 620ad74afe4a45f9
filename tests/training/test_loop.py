"""The training loop: it learns, tells how far it is, and a killed run ends as an unkilled one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor
from torch.nn import functional

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import TrainingError
from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.training import checkpoints
from tenfold.training.config import Stage, TrainingConfig
from tenfold.training.loop import Progress, Report, Trainer, as_tensors
from tests.tiny import shades

pytestmark = pytest.mark.train
CONFIG = TrainingConfig(
    stages=(Stage(1, 12), Stage(2, 16)), batch_size=20, whiten_bias_epochs=1, precision="float32"
)
TRAINING = shades(90, classes=4, side=16)
VALIDATION = shades(24, classes=4, side=16, seed=1)


def trainer(
    config: TrainingConfig = CONFIG,
    *,
    validation: LabelledPictures = VALIDATION,
    precision: torch.dtype = torch.float32,
    checkpoint: Path | None = None,
    start: int = 1,
) -> Trainer:
    torch.manual_seed(start)
    return Trainer(
        DefaultNetwork(DefaultConfig(classes=4, widths=(6, 8, 8))),
        config,
        TRAINING,
        validation,
        device=torch.device("cpu"),
        precision=precision,
        checkpoint=checkpoint,
    )


def state(of: Trainer) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in of.network.state_dict().items()}


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def killer(epoch: int, step: int) -> Report:
    """A report that kills the run at this step."""

    def report(progress: Progress) -> None:
        if (progress.epoch, progress.step) == (epoch, step):
            raise KeyboardInterrupt

    return report


def test_it_learns() -> None:
    seen: list[Progress] = []
    learner = trainer(replace(CONFIG, stages=(Stage(8, 16),), translate=1, cutout=0))
    learner.report = seen.append
    learner.run()
    assert seen[-1].validation_accuracy is not None
    assert seen[-1].validation_accuracy > 0.7
    assert seen[-1].loss < seen[0].loss


def test_a_seed_fixes_the_weights() -> None:
    first, second, other = trainer(), trainer(), trainer(replace(CONFIG, seed=2))
    for one in (first, second, other):
        one.run()
    assert equal(state(first), state(second))
    assert not equal(state(first), state(other))


def test_each_epoch_sees_the_pictures_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    step, seen = Trainer._step, []

    def watched(learner: Trainer, pictures: Tensor, labels: Tensor) -> tuple[float, int]:
        seen.append(labels.tolist())
        return step(learner, pictures, labels)

    monkeypatch.setattr(Trainer, "_step", watched)
    trainer().run()
    assert len(seen) == 12
    assert seen[:4] != seen[4:8] != seen[8:]


def test_the_validation_pictures_change_nothing() -> None:
    one, other = trainer(), trainer(validation=shades(8, classes=4, side=16, seed=7))
    one.run()
    other.run()
    assert equal(state(one), state(other))


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize(("epoch", "step"), [(2, 2), (3, 3)])
def test_a_killed_run_ends_with_the_same_weights(
    tmp_path: Path, precision: torch.dtype, epoch: int, step: int
) -> None:
    whole = trainer(precision=precision)
    whole.run()
    path = tmp_path / "state.safetensors"
    killed = trainer(precision=precision, checkpoint=path)
    killed.report = killer(epoch, step)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    assert not equal(state(whole), state(killed))
    # Another start, and another format by today's timing: all that matters comes from the checkpoint.
    resumed = trainer(precision=torch.float32, checkpoint=path, start=99)
    resumed.resume(path)
    assert resumed.epoch == epoch - 1
    assert resumed.precision == precision
    resumed.run()
    assert equal(state(whole), state(resumed))


def test_a_run_killed_in_its_first_epoch_has_no_checkpoint_and_starts_anew(tmp_path: Path) -> None:
    killed = trainer(checkpoint=tmp_path / "state.safetensors")
    killed.report = killer(1, 3)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    assert list(tmp_path.iterdir()) == []


def test_a_finished_run_that_is_resumed_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    finished = trainer(checkpoint=path)
    finished.run()
    again = trainer(checkpoint=path, start=99)
    again.resume(path)
    again.run()
    assert equal(state(finished), state(again))
    assert again.seconds == finished.seconds


def test_a_lost_loss_stops_the_run_and_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    learner = trainer(checkpoint=path)

    def poison(progress: Progress) -> None:
        if (progress.epoch, progress.step) == (2, 1):
            with torch.no_grad():
                learner.network.head.weight.fill_(float("nan"))

    learner.report = poison
    with pytest.raises(TrainingError) as caught:
        learner.run()
    assert str(caught.value) == (
        "Epoch 2 lost the loss: it is no longer a number (nan). "
        "The last checkpoint is intact; train on with lower rates or with float32."
    )
    tensors, facts = checkpoints.load(path)
    assert facts["epoch"] == 1
    assert all(tensor.isfinite().all() for tensor in tensors.values())


def test_rates_that_are_too_high_are_told_too() -> None:
    with pytest.raises(
        TrainingError, match=r"Epoch \d lost the loss: it is no longer a number \((nan|inf)\)"
    ):
        trainer(replace(CONFIG, head_lr=1e30)).run()


def test_a_checkpoint_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "state.safetensors"
    with pytest.raises(TrainingError) as caught:
        trainer(checkpoint=path).run()
    assert str(caught.value).startswith(
        f"The checkpoint {path} cannot be written; the one before it is intact ("
    )


def test_another_recipe_does_not_go_on_with_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    trainer().save(path)
    with pytest.raises(TrainingError) as caught:
        trainer(replace(CONFIG, seed=7, batch_size=10)).resume(path)
    assert str(caught.value) == (
        f"The checkpoint {path} was made by another recipe (batch_size: 20 there, 10 here, "
        "seed: 1 there, 7 here). Use the same settings, or name a new folder with --run."
    )


def test_too_few_pictures_for_one_batch_are_refused() -> None:
    with pytest.raises(TrainingError) as caught:
        trainer(replace(CONFIG, batch_size=91))
    assert str(caught.value) == (
        "The training set is smaller than one batch (90 pictures, batches of 91). Use a smaller batch size."
    )


def test_it_tells_how_far_it_is() -> None:
    seen: list[Progress] = []
    learner = trainer()
    learner.report = seen.append
    learner.run()
    within = [p for p in seen if p.validation_accuracy is None]
    finished = [p for p in seen if p.validation_accuracy is not None]
    assert [(p.epoch, p.step) for p in within] == [(e, s) for e in (1, 2, 3) for s in (1, 2, 3, 4)]
    assert [(p.epoch, p.side) for p in finished] == [(1, 12), (2, 16), (3, 16)]
    assert {(p.epochs, p.steps) for p in seen} == {(3, 4)}
    assert all(0 <= p.accuracy <= 1 and p.loss > 0 and p.pictures_per_second > 0 for p in seen)
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    assert all(p.seconds_left > 0 for p in within[:-1])
    assert finished[-1].seconds_left == 0


def test_time_left_counts_larger_pictures_as_more_work() -> None:
    seen: list[Progress] = []
    learner = trainer(replace(CONFIG, stages=(Stage(1, 8), Stage(1, 16))))
    learner.report = seen.append
    learner.run()
    first = next(p for p in seen if p.validation_accuracy is not None)
    assert first.seconds_left == pytest.approx(first.seconds * 4)


def test_evaluation_is_the_mean_over_all_pictures() -> None:
    learner = trainer()
    learner.run()
    pictures, labels = as_tensors(VALIDATION)
    with torch.no_grad():
        logits = learner.network.eval()(learner.normalise(pictures)).logits
    loss, accuracy = learner.evaluate(pictures, labels)
    assert loss == pytest.approx(functional.cross_entropy(logits, labels).item(), rel=1e-5)
    assert accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())
    found, embeddings = learner.outputs(VALIDATION)
    assert np.allclose(found, logits.numpy(), atol=1e-5)
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)


def test_pictures_are_normalised_by_the_training_pictures() -> None:
    learner = trainer()
    normal = learner.normalise(learner.pictures)
    assert torch.allclose(normal.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-3)
    assert torch.allclose(normal.std(dim=(0, 2, 3)), torch.ones(3), atol=1e-3)


def test_pictures_become_channels_first() -> None:
    pictures, labels = as_tensors(TRAINING)
    assert (pictures.shape, pictures.dtype) == ((90, 3, 16, 16), torch.uint8)
    assert labels.dtype == torch.int64
    assert pictures[5, 2, 3, 4] == int(TRAINING.pictures[5, 3, 4, 2])
