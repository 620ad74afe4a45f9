"""The training loop: it learns, tells how far it is, and a killed run ends as an unkilled one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import TrainingError
from tenfold.networks.adapting import adapted
from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.networks.known import build
from tenfold.recipes.augmentation import Augmentation
from tenfold.recipes.recipe import Optimiser, Recipe, Schedule, Step, Stopping, Teacher
from tenfold.runs.progress import OnProgress, TrainingProgress
from tenfold.training import checkpoints
from tenfold.training import state as states
from tenfold.training.batches import as_tensor
from tenfold.training.loop import Trainer
from tenfold.training.scores import RunningScores
from tests.tiny import shades

pytestmark = pytest.mark.train
RECIPE = Recipe(
    epochs=3,
    curriculum=(Step(0.34, 0.5),),
    batch_size=20,
    early_epochs=1,
    label_smoothing=0.2,
    precision="float32",
    optimiser=Optimiser("muon", rate=0.1, momentum=0.6),
    schedule=Schedule("linear"),
    augmentation=Augmentation(flip="alternating", translate=3, cutout=10, fill="reflect"),
)
TRAINING = shades(90, classes=4)
VALIDATION = shades(24, classes=4, seed=1)


def trainer(
    recipe: Recipe = RECIPE,
    *,
    validation: LabelledPictures = VALIDATION,
    precision: torch.dtype = torch.float32,
    checkpoint: Path | None = None,
    best: Path | None = None,
    start: int = 1,
    data: str = "data",
    network: nn.Module | None = None,
) -> Trainer:
    torch.manual_seed(start)
    return Trainer(
        network or DefaultNetwork(DefaultConfig(classes=4, widths=(6, 8, 8))),
        recipe,
        TRAINING,
        validation,
        device=torch.device("cpu"),
        precision=precision,
        data_fingerprint=data,
        checkpoint=checkpoint,
        best=best,
    )


def state(of: Trainer) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in of.network.state_dict().items()}


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def killer(epoch: int, step: int) -> OnProgress:
    """A report that kills the run at this step."""

    def report(progress: TrainingProgress) -> None:
        if (progress.epoch, progress.step) == (epoch, step):
            raise KeyboardInterrupt

    return report


@pytest.mark.slow
def test_it_learns() -> None:
    seen: list[TrainingProgress] = []
    learner = trainer(replace(RECIPE, epochs=8, augmentation=Augmentation()))
    learner.report = seen.append
    learner.run()
    assert seen[-1].validation_accuracy is not None
    assert seen[-1].validation_accuracy > 0.7
    assert seen[-1].loss < seen[0].loss


def test_a_seed_fixes_the_weights() -> None:
    first, second, other = trainer(), trainer(), trainer(replace(RECIPE, seed=2))
    for one in (first, second, other):
        one.run()
    assert equal(state(first), state(second))
    assert not equal(state(first), state(other))


def test_figures_are_read_from_the_device_only_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    once = RunningScores.read

    def counting(scores: RunningScores) -> None:
        read.append(scores.count)
        once(scores)

    monkeypatch.setattr(RunningScores, "read", counting)
    seen: list[TrainingProgress] = []
    learner = trainer(replace(RECIPE, epochs=1, curriculum=()))
    learner.read_every = 3
    learner.report = seen.append
    learner.run()
    # Of four steps of 20 pictures after the third and the last, and after the validation's 24.
    assert read == [60, 80, 24]
    assert [progress.loss > 0 for progress in seen] == [False, False, True, True, True]


def test_each_epoch_sees_the_pictures_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    learner, seen = trainer(), []
    take = learner.batches.take

    def watched(indices: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        seen.append(indices.tolist())
        return take(indices, device)

    monkeypatch.setattr(learner.batches, "take", watched)
    learner.run()
    assert len(seen) == 12
    assert all(len({i for batch in seen[e : e + 4] for i in batch}) == 80 for e in (0, 4, 8))
    assert seen[:4] != seen[4:8] != seen[8:]


def test_the_validation_pictures_change_nothing() -> None:
    one, other = trainer(), trainer(validation=shades(8, classes=4, side=16, seed=7))
    one.run()
    other.run()
    assert equal(state(one), state(other))


@pytest.mark.slow
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
    states.resume(resumed, path)
    assert resumed.epoch == epoch - 1
    assert resumed.precision == precision
    resumed.run()
    assert equal(state(whole), state(resumed))


def test_a_run_killed_in_its_first_epoch_starts_again_with_the_same_weights(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    whole = trainer()
    whole.run()
    killed = trainer(checkpoint=path)
    killed.report = killer(1, 3)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    resumed = trainer(checkpoint=path, start=99)
    states.resume(resumed, path)
    assert resumed.epoch == 0
    resumed.run()
    assert equal(state(whole), state(resumed))


def test_a_finished_run_that_is_resumed_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    finished = trainer(checkpoint=path)
    finished.run()
    again = trainer(checkpoint=path, start=99)
    states.resume(again, path)
    again.run()
    assert equal(state(finished), state(again))
    assert again.seconds == finished.seconds


def test_a_lost_loss_stops_the_run_and_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    learner = trainer(checkpoint=path)

    def poison(progress: TrainingProgress) -> None:
        if (progress.epoch, progress.step) == (2, 1):
            with torch.no_grad():
                learner.network.head.weight.fill_(float("nan"))

    learner.report = poison
    with pytest.raises(TrainingError) as caught:
        learner.run()
    assert str(caught.value) == (
        "The training diverged in epoch 2 (a loss of nan, where guessing has 1.39). "
        "Start again at a lower rate (--set optimiser.rate=...; --find-rate looks for one) or with "
        "--precision float32. "
        "The checkpoint of the epoch before is intact: --resume --finish makes a model of it."
    )
    tensors, facts = checkpoints.load(path)
    assert facts["epoch"] == 1
    assert all(tensor.isfinite().all() for tensor in tensors.values())


def test_rates_that_are_too_high_are_told_too() -> None:
    with pytest.raises(TrainingError, match=r"diverged in epoch \d \(a loss.* of (nan|inf|\de\+)"):
        trainer(replace(RECIPE, optimiser=replace(RECIPE.optimiser, head_rate=1e30))).run()


def test_a_loss_that_is_a_number_and_absurd_stops_the_run_too() -> None:
    learner = trainer()

    def spoil(progress: TrainingProgress) -> None:
        if (progress.epoch, progress.step) == (2, 1):
            with torch.no_grad():
                learner.network.head.weight.mul_(1e6)

    learner.report = spoil
    with pytest.raises(TrainingError, match=r"diverged in epoch 2 \(a loss of \d\.?\d*e\+"):
        learner.run()


def test_absurd_losses_of_the_validation_pictures_stop_the_run_too() -> None:
    learner = trainer()

    def spoil(progress: TrainingProgress) -> None:
        if (progress.epoch, progress.step) == (2, progress.steps):
            with torch.no_grad():
                learner.network.head.weight.mul_(1e20)

    learner.report = spoil
    with pytest.raises(TrainingError, match=r"diverged in epoch 2 \(a loss of the validation pictures of"):
        learner.run()


def test_a_batch_in_parts_gives_the_weights_of_the_whole_batch() -> None:
    def learned(accumulate: int) -> dict[str, Tensor]:
        torch.manual_seed(1)
        plain = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 4))
        recipe = replace(RECIPE, curriculum=(), augmentation=Augmentation(), accumulate=accumulate)
        recipe = replace(recipe, optimiser=Optimiser("sgd", rate=0.01))
        learner = trainer(recipe, network=adapted(plain, "plain", 4, 32))
        learner.run()
        return state(learner)

    whole, parts = learned(1), learned(3)
    assert all(torch.allclose(whole[name], parts[name], atol=1e-4) for name in whole)


def test_a_checkpoint_from_before_a_setting_existed_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    learner = trainer(checkpoint=path)
    learner.run()
    tensors, facts = checkpoints.load(path)
    del facts["recipe"]["accumulate"]
    checkpoints.save(path, tensors, facts)
    resumed = trainer()
    states.resume(resumed, path)
    assert resumed.epoch == learner.epoch


def test_it_stops_when_it_is_told_to() -> None:
    learner = trainer()
    learner.report = lambda progress: learner.stop()
    learner.run()
    assert (learner.epoch, learner.kept) == (1, 1)


def test_of_epochs_with_equal_accuracy_the_one_with_the_lowest_loss_is_kept(tmp_path: Path) -> None:
    stopping = Stopping(monitor="accuracy", keep="best")
    learner = trainer(replace(RECIPE, stopping=stopping), best=tmp_path / "best.safetensors")
    losses: dict[int, float] = {}

    def watch(progress: TrainingProgress) -> None:
        if progress.validation_loss is not None:
            losses[progress.epoch] = progress.validation_loss

    def always_right(data: LabelledPictures) -> RunningScores:
        scores = Trainer.evaluate(learner, data)
        scores._read = (scores.mean_loss, 1.0)
        return scores

    learner.report, learner.evaluate = watch, always_right  # type: ignore[method-assign]
    learner.run()
    assert learner.kept == min(losses, key=losses.__getitem__) > 1


def test_a_checkpoint_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "state.safetensors"
    with pytest.raises(TrainingError) as caught:
        trainer(checkpoint=path).run()
    assert str(caught.value).startswith(f"The checkpoint {path} cannot be written (")


def test_another_recipe_does_not_go_on_with_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    states.save(trainer(), path)
    with pytest.raises(TrainingError) as caught:
        states.resume(trainer(replace(RECIPE, seed=7, batch_size=10)), path)
    assert str(caught.value) == (
        f"The checkpoint {path} was made by another recipe (batch_size: 20 there, 10 here, "
        "seed: 1 there, 7 here). Use the same settings, or name a new folder with --run."
    )


def test_other_pictures_do_not_go_on_with_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    states.save(trainer(), path)
    with pytest.raises(TrainingError) as caught:
        states.resume(trainer(data="other pictures"), path)
    assert str(caught.value) == (
        f"The checkpoint {path} was trained on other pictures (fingerprint data there, other pictur here). "
        "Name those that it was started with, as they were, with --data, or start a new run in another "
        "folder with --run."
    )


def test_fewer_pictures_than_a_batch_are_one_batch() -> None:
    learner = trainer(replace(RECIPE, batch_size=1000))
    assert (learner.batches.size, learner.batches.steps) == (90, 1)


def test_no_pictures_are_refused() -> None:
    with pytest.raises(TrainingError, match="The training set has no pictures"):
        Trainer(
            build("sequential-6conv", 4, 32),
            RECIPE,
            TRAINING.take(np.zeros(0, dtype=np.int64)),
            VALIDATION,
            device=torch.device("cpu"),
            precision=torch.float32,
        )


def test_it_tells_how_far_it_is() -> None:
    seen: list[TrainingProgress] = []
    learner = trainer()
    learner.report = seen.append
    learner.run()
    within = [p for p in seen if p.validation_accuracy is None]
    finished = [p for p in seen if p.validation_accuracy is not None]
    assert [(p.epoch, p.step) for p in within] == [(e, s) for e in (1, 2, 3) for s in (1, 2, 3, 4)]
    assert [(p.epoch, p.side) for p in finished] == [(1, 16), (2, 32), (3, 32)]
    assert {(p.epochs, p.steps) for p in seen} == {(3, 4)}
    assert all(0 <= p.accuracy <= 1 and p.loss > 0 and p.pictures_per_second > 0 for p in seen)
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    assert all(p.seconds_left > 0 for p in within[:-1])
    assert finished[-1].seconds_left == 0


def test_time_left_counts_larger_pictures_as_more_work() -> None:
    seen: list[TrainingProgress] = []
    learner = trainer(replace(RECIPE, epochs=2, curriculum=(Step(0.5, 0.5),)))
    learner.report = seen.append
    learner.run()
    first = next(p for p in seen if p.validation_accuracy is not None)
    assert first.seconds_left == pytest.approx(first.seconds * 4)


def test_evaluation_is_the_mean_over_all_pictures() -> None:
    learner = trainer()
    learner.run()
    pictures, labels = as_tensor(VALIDATION, slice(None)), torch.from_numpy(VALIDATION.labels)
    with torch.no_grad():
        logits = learner.network.eval()(learner.normalise(pictures)).logits
    found = learner.evaluate(VALIDATION)
    assert found.mean_loss == pytest.approx(functional.cross_entropy(logits, labels).item(), rel=1e-5)
    assert found.accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())
    answers, embeddings = learner.outputs(VALIDATION)
    assert np.allclose(answers, logits.numpy(), atol=1e-5)
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)


def test_precision_and_recall_are_told_at_each_epochs_end() -> None:
    seen: list[TrainingProgress] = []
    learner = trainer(replace(RECIPE, epochs=8, augmentation=Augmentation()))
    learner.report = seen.append
    learner.run()
    last = seen[-1]
    assert last.recall is not None
    assert last.precision is not None
    assert last.validation_recall == pytest.approx(last.validation_accuracy)  # every class is as frequent
    assert 0 < last.precision <= 1
    assert last.rate < seen[0].rate


def test_pictures_are_normalised_by_the_training_pictures() -> None:
    learner = trainer()
    normal = learner.normalise(as_tensor(TRAINING, slice(None)))
    assert torch.allclose(normal.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-3)
    assert torch.allclose(normal.std(dim=(0, 2, 3)), torch.ones(3), atol=1e-3)


def test_pictures_become_channels_first() -> None:
    pictures = as_tensor(TRAINING, slice(4, 8))
    assert (pictures.shape, pictures.dtype) == ((4, 3, 32, 32), torch.uint8)
    assert pictures[1, 2, 3, 4] == int(TRAINING.pictures[5, 3, 4, 2])


def watched(learner: Trainer) -> list[float]:
    """The validation accuracies of a run."""
    seen: list[TrainingProgress] = []
    learner.report = seen.append
    learner.run()
    return [p.validation_accuracy for p in seen if p.validation_accuracy is not None]


STOPPING = replace(
    RECIPE,
    epochs=30,
    curriculum=(),
    optimiser=Optimiser("sgd", rate=0.3),
    schedule=Schedule("constant"),
    stopping=Stopping(patience=2, monitor="accuracy", keep="best"),
)


def test_it_stops_early_and_ends_with_the_best_weights(tmp_path: Path) -> None:
    learner = trainer(STOPPING, best=tmp_path / "best.safetensors")
    accuracies = watched(learner)
    assert len(accuracies) < 30
    assert accuracies.index(max(accuracies)) == len(accuracies) - 3
    assert learner.evaluate(VALIDATION).accuracy == max(accuracies)


@pytest.mark.parametrize("epoch", [2, 3])
def test_stopped_early_or_killed_the_weights_are_the_same(tmp_path: Path, epoch: int) -> None:
    recipe = replace(STOPPING, ema=0.9, schedule=Schedule("plateau", patience=1), balance="sampling")
    whole = trainer(recipe, best=tmp_path / "whole.safetensors")
    whole.run()
    kept, best = tmp_path / "state.safetensors", tmp_path / "best.safetensors"
    killed = trainer(recipe, checkpoint=kept, best=best)
    killed.report = killer(epoch, 2)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    resumed = trainer(recipe, start=99, checkpoint=kept, best=best)
    states.resume(resumed, kept)
    resumed.run()
    assert resumed.epoch == whole.epoch
    assert equal(state(whole), state(resumed))


@pytest.mark.slow
def test_dropout_is_the_same_after_a_kill(tmp_path: Path) -> None:
    recipe = replace(RECIPE, network="sequential-4conv", optimiser=Optimiser("adam"), curriculum=())
    path = tmp_path / "state.safetensors"

    def fresh(start: int) -> Trainer:
        torch.manual_seed(start)
        return trainer(recipe, network=build("sequential-4conv", 4, 32), checkpoint=path, start=start)

    whole = fresh(1)
    whole.run()
    path.unlink()
    killed = fresh(1)
    killed.report = killer(2, 3)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    resumed = fresh(99)
    states.resume(resumed, path)
    resumed.run()
    assert equal(state(whole), state(resumed))


def test_the_average_of_the_weights_is_judged_and_kept() -> None:
    learner = trainer(replace(RECIPE, ema=0.9))
    accuracies = watched(learner)
    assert learner.average is not None
    assert learner.evaluate(VALIDATION).accuracy == accuracies[-1]
    assert not equal(state(learner), state_after(RECIPE))


def state_after(recipe: Recipe) -> dict[str, Tensor]:
    learner = trainer(recipe)
    learner.run()
    return state(learner)


def test_rare_classes_weigh_more_in_the_loss() -> None:
    assert trainer().class_weights is None
    learner = trainer(replace(RECIPE, balance="weights"))
    assert learner.class_weights is not None
    few = TRAINING.take(
        np.concatenate([np.flatnonzero(TRAINING.labels == 0)[:3], np.flatnonzero(TRAINING.labels > 0)])
    )
    other = Trainer(
        DefaultNetwork(DefaultConfig(classes=4, widths=(6, 8, 8))),
        replace(RECIPE, balance="weights"),
        few,
        VALIDATION,
        device=torch.device("cpu"),
        precision=torch.float32,
    )
    assert other.class_weights is not None
    assert other.class_weights[0] > 5 * other.class_weights[1]


def test_a_teacher_is_asked_for_the_augmented_pictures_and_followed() -> None:
    asked: list[tuple[int, ...]] = []

    def always_two(pictures: Tensor) -> Tensor:
        asked.append((*pictures.shape, pictures.dtype == torch.uint8))
        answers = torch.full((len(pictures), 4), 0.01)
        answers[:, 2] = 0.97
        return answers

    recipe = replace(RECIPE, epochs=8, curriculum=(), teacher=Teacher("some", weight=1.0, temperature=1.0))
    learner = trainer(recipe)
    learner.teacher = always_two
    learner.run()
    assert set(asked) == {(20, 3, 32, 32, True)}
    assert (learner.outputs(VALIDATION)[0].argmax(1) == 2).all()


def test_mixed_pictures_have_mixed_targets_and_it_still_learns() -> None:
    recipe = replace(RECIPE, epochs=8, curriculum=(), augmentation=Augmentation(mixup=0.2))
    assert watched(trainer(recipe))[-1] > 0.5
