"""The training loop. Knows a network by its parameters and outputs, and nothing of files but its checkpoints.

Everything random in an epoch is drawn from generators seeded by the run's seed and the epoch number.
That is why a run that was killed ends with the same weights as one that was not.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from tenfold.datasets import balance
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import TrainingError
from tenfold.networks.output import Output, StartsFromPictures
from tenfold.recipes.recipe import Recipe
from tenfold.runs.progress import OnProgress, TrainingProgress
from tenfold.training import checkpoints, state
from tenfold.training.augmentation.augment import Augmenter, resize
from tenfold.training.batches import Batches, as_tensor, parts, pixel_statistics
from tenfold.training.optimisation.averaging import Average
from tenfold.training.optimisation.optimisers import Optimisers
from tenfold.training.optimisation.schedules import Plateau, RateSchedule
from tenfold.training.outliers import OutlierPictures
from tenfold.training.precision import keep_freed_memory
from tenfold.training.scores import RunningScores

WHITENING_PICTURES = 5000
# Steps between readings of the figures on a GPU: each reading waits for all queued work.
_READ_EVERY = 20
# A loss above this multiple of that of guessing means that the run has diverged.
_DIVERGED, _DIVERGED_VALIDATION = 100, 10_000

# Probabilities `[N, K]` for augmented pictures, uint8 `[N, 3, H, W]`.
TeacherAnswers = Callable[[Tensor], Tensor]


class Trainer:
    """Trains one network on one set of pictures.

    Args:
        network: gives an `Output`; its method `start_from`, where it has one, is given training pictures.
        recipe: how to train.
        training: the pictures to learn from, all of the recipe's side.
        validation: the pictures to watch; they choose rate and epoch where the recipe says so, never weights.
        device: where to compute.
        precision: the number format of the convolutions.
        teacher: answers for the recipe's teacher.
        outliers: pictures of none of the classes, by the recipe's settings.
        memory_format: how pictures and filters lie in memory.
        fresh: whether the network is new; one that is to be resumed is not set from pictures again.
        data_fingerprint: of the pictures; a checkpoint keeps it, so that none is resumed on others.
        checkpoint: where the state is kept at each epoch's end, or None to keep none.
        best: where the best weights are kept, if the recipe keeps them.
        report: called after each step and at each epoch's end.

    Attributes:
        epoch: finished epochs.
        kept: the epoch whose weights the network has after `run`.
        stopped: whether no further epoch is trained.
        read_every: steps between two updates of the figures.

    Raises:
        TrainingError: there are no pictures.
    """

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        training: LabelledPictures,
        validation: LabelledPictures,
        *,
        device: torch.device,
        precision: torch.dtype,
        teacher: TeacherAnswers | None = None,
        outliers: OutlierPictures | None = None,
        memory_format: torch.memory_format = torch.channels_last,
        fresh: bool = True,
        data_fingerprint: str = "",
        checkpoint: Path | None = None,
        best: Path | None = None,
        report: OnProgress = lambda progress: None,
    ) -> None:
        keep_freed_memory()
        self.recipe = recipe
        self.device = device
        self.read_every = 1 if device.type == "cpu" else _READ_EVERY
        self.precision = precision
        self.teacher = teacher
        self.outliers = outliers
        self.data_fingerprint = data_fingerprint
        self.checkpoint = checkpoint
        self.best = best
        self.report = report
        self.validation = validation
        self.classes = len(training.classes)
        self.batches = Batches(training, recipe)
        self.memory_format = memory_format
        self.network = network.to(device).to(memory_format=memory_format)  # type: ignore[call-overload]
        self.mean, self.std = pixel_statistics(network, training)
        if fresh and isinstance(network, StartsFromPictures):
            network.start_from(self.normalise(as_tensor(training, slice(0, WHITENING_PICTURES))))
        self.frozen: list[nn.Module] = []
        self.augmenter = Augmenter(recipe.augmentation, seed=recipe.seed)
        weights = balance.class_weights(training.labels, self.classes)
        self.class_weights = (
            torch.from_numpy(weights).float().to(device) if recipe.balance == "weights" else None
        )
        self.stopping = Plateau(recipe.stopping.patience, recipe.stopping.least)
        least = recipe.schedule.least / max(recipe.optimiser.rate, 1e-12)
        self.schedule = RateSchedule(recipe.schedule, self.batches.steps, recipe.epochs, least)
        self.epoch = 0
        self.kept = 0
        self.seconds = 0.0
        self.stopped = False
        self.start()

    def start(self) -> None:
        """Set up optimiser and average for the network's parameters; again after layers were frozen."""
        self.optimisers = Optimisers(self.network, self.recipe.optimiser, self.batches.size)
        self.average = Average(self.network, self.recipe.ema) if self.recipe.ema else None

    def normalise(self, pictures: Tensor) -> Tensor:
        """uint8 `[N, 3, H, W]` to float with the training pictures' mean 0 and deviation 1, on the device."""
        pictures = pictures.to(self.device, non_blocking=True).float()
        pictures = (pictures - self.mean.to(self.device)) / self.std.to(self.device)
        return pictures.contiguous(memory_format=self.memory_format)

    def stop(self) -> None:
        """End the run at the end of the epoch that is trained now."""
        self.stopped = True

    def run(self) -> None:
        """Train from where it stands to the end. Raises TrainingError when the run diverges."""
        if self.epoch == 0 and self.checkpoint is not None:
            # A run that is stopped within its first epoch can be resumed too.
            state.save(self, self.checkpoint)
        while self.epoch < self.recipe.epochs and not self.stopped:
            self._run_epoch()
        self.kept = self.epoch
        if self.best is not None and self.recipe.stopping.keep == "best" and self.best.exists():
            weights, facts = checkpoints.load(self.best)
            state.load_weights(self, weights)
            self.kept = facts["epoch"]
        elif self.average:
            self.average.keep()

    def steps(self, scores: RunningScores) -> Iterator[Tensor]:
        """Take the steps of an epoch one by one: the loss of each batch, which is added to the scores too."""
        seed = self.recipe.seed * 1_000_003 + self.epoch
        # Dropout uses torch's global generator.
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        self.network.train()
        for module in self.frozen:
            module.eval()
        for step, indices in enumerate(self.batches.order(self.epoch, generator), 1):
            loss = self._step(indices, generator, scores)
            scores.loss(loss, len(indices))
            if step % self.read_every == 0 or step == self.batches.steps:
                scores.read()
                if not math.isfinite(scores.mean_loss):
                    self._check_loss(float(loss))
            yield loss

    def _run_epoch(self) -> None:
        started, earlier = time.perf_counter(), self.seconds
        scores = RunningScores(self.classes)
        for step, _ in enumerate(self.steps(scores), 1):
            self.seconds = earlier + time.perf_counter() - started
            self.report(self._progress(step, scores, started))
        self._check_loss(scores.mean_loss)
        with self.average.applied() if self.average else nullcontext():
            validation = self.evaluate(self.validation)
            # Norms that have seen few steps may exaggerate it for a while.
            self._check_loss(validation.mean_loss, _DIVERGED_VALIDATION, " of the validation pictures")
            self.epoch += 1
            self.schedule.after_epoch(validation.mean_loss, validation.accuracy)
            watches_loss = self.recipe.stopping.monitor == "loss"
            figure = validation.mean_loss if watches_loss else -validation.accuracy
            self.stopped |= self.stopping.stays(figure, tie=validation.mean_loss)
            # The best weights first: a run killed between the two repeats the epoch and finds the same.
            if self.best is not None and self.recipe.stopping.keep == "best" and self.stopping.improved:
                checkpoints.save(self.best, state.weights(self), {"epoch": self.epoch})
        self.seconds = earlier + time.perf_counter() - started
        # Reported before it is saved: a run killed between the two reports the epoch again.
        self.report(self._progress(self.batches.steps, scores, started, validation))
        if self.checkpoint is not None:
            state.save(self, self.checkpoint)

    def _step(self, indices: Tensor, generator: torch.Generator, scores: RunningScores) -> Tensor:
        """Take one step along the mean gradient of a batch: its mean loss, on the device."""
        self._set_rates()
        value = torch.zeros((), device=self.device)
        for part in indices.chunk(self.recipe.accumulate):
            loss = self._loss_of(part, generator, scores) * (len(part) / len(indices))
            value += loss.detach()
            loss.backward()  # type: ignore[no-untyped-call]
        self.optimisers.step()
        if self.average:
            self.average.update()
        return value

    def _loss_of(self, indices: Tensor, generator: torch.Generator, scores: RunningScores) -> Tensor:
        """The mean loss of some pictures, to be differentiated."""
        inputs, targets, labels = self.inputs(indices, generator)
        with self.autocast():
            logits = self.answers(inputs).logits.float()
        known = logits[: len(labels)]
        scores.predictions(labels, known.argmax(1))
        loss = self._loss(known, targets, labels)
        return loss if self.outliers is None else loss + self.outliers.loss(logits[len(labels) :])

    def inputs(self, indices: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """The network's inputs for these pictures, the targets, and the labels.

        Outliers come after the pictures, and have no target and no label.
        """
        pictures, labels = self.batches.take(indices, self.device)
        pictures = self._changed(pictures, indices, generator)
        targets = self.targets(pictures, labels)
        mixed, targets = self.augmenter.mix(self.normalise(pictures), targets, generator)
        if self.outliers is not None:
            strange, places = self.outliers.draw(len(labels), generator)
            strange = self._changed(strange.to(self.device), places, generator)
            mixed = torch.cat([mixed, self.normalise(strange)])
        return mixed, targets, labels

    def _changed(self, pictures: Tensor, indices: Tensor, generator: torch.Generator) -> Tensor:
        """Pictures at the epoch's side, augmented, on their device."""
        pictures = resize(pictures, self.recipe.side_at(self.epoch))
        return self.augmenter.pictures(pictures, indices, self.epoch, generator)

    def answers(self, inputs: Tensor) -> Output:
        """The network's output for inputs of its training."""
        output: Output = self.network(inputs)
        return output

    def _check_loss(self, loss: float, most: float = _DIVERGED, of: str = "") -> None:
        """Raise TrainingError where the loss shows that the run has diverged."""
        guessing = math.log(max(self.classes, 2))
        if not loss <= most * guessing:  # also where it is no number
            raise TrainingError(
                "The training",
                f"diverged in epoch {self.epoch + 1}",
                received=f"a loss{of} of {loss:.3g}, where guessing has {guessing:.2f}",
                cure="Start again at a lower rate (--set optimiser.rate=...; --find-rate looks for one) or "
                "with --precision float32."
                + (
                    " The checkpoint of the epoch before is intact: --resume --finish makes a model of it."
                    if self.epoch
                    else ""
                ),
            )

    def _set_rates(self) -> None:
        done, early = self.optimisers.done, self.batches.steps * self.recipe.early_epochs
        early_share = max(0.0, 1 - done / early) if early else 0.0
        self.optimisers.set_rates(self.schedule.share(done), early_share)

    def targets(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """The targets, `[N, K]`; with a teacher `[N, 2 K]`, the labels' part first."""
        smoothing = self.recipe.label_smoothing
        hard = functional.one_hot(labels, self.classes).float() * (1 - smoothing) + smoothing / self.classes
        if self.teacher is None:
            return hard
        answers = self.teacher(pictures).to(self.device).clamp_min(1e-8)
        soft = functional.softmax(answers.log() / self.recipe.teacher.temperature, dim=1)
        return torch.cat([hard, soft], dim=1)

    def _loss(self, logits: Tensor, targets: Tensor, labels: Tensor) -> Tensor:
        hard = functional.cross_entropy(logits, targets[:, : self.classes], reduction="none")
        if self.class_weights is not None:
            hard = hard * self.class_weights[labels]
        if self.teacher is None:
            return hard.mean()
        teacher = self.recipe.teacher
        # T squared keeps the gradient's size whatever the temperature (Hinton et al. 2015, section 2).
        soft = functional.cross_entropy(logits / teacher.temperature, targets[:, self.classes :])
        return (1 - teacher.weight) * hard.mean() + teacher.weight * teacher.temperature**2 * soft

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32)

    @torch.no_grad()
    def evaluate(self, data: LabelledPictures) -> RunningScores:
        """Loss, accuracy, precision and recall on pictures of the recipe's side, one view each."""
        self.network.eval()
        scores = RunningScores(self.classes)
        for part in parts(len(data), self.recipe.side):
            truth = torch.from_numpy(data.labels[part]).to(self.device)
            with self.autocast():
                logits = self.plain_output(data, part).logits.float()
            scores.loss(functional.cross_entropy(logits, truth), len(truth))
            scores.predictions(truth, logits.argmax(1))
        scores.read()
        return scores

    def plain_output(self, data: LabelledPictures, part: slice) -> Output:
        """The network's output for a part of pictures as they are."""
        output: Output = self.network(self.normalise(as_tensor(data, part)))
        return output

    @torch.no_grad()
    def outputs(self, data: LabelledPictures) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits `[N, K]` and embeddings `[N, D]` of unit length, computed in float32."""
        self.network.eval()
        logits, embeddings = [], []
        for part in parts(len(data), self.recipe.side):
            output = self.network(self.normalise(as_tensor(data, part)))
            logits.append(output.logits.cpu().numpy())
            embeddings.append(functional.normalize(output.features, dim=1).cpu().numpy())
        return np.concatenate(logits), np.concatenate(embeddings)

    def _progress(
        self, step: int, scores: RunningScores, started: float, validation: RunningScores | None = None
    ) -> TrainingProgress:
        epoch = self.epoch if validation else self.epoch + 1
        recipe, steps = self.recipe, self.batches.steps
        spent = max(time.perf_counter() - started, 1e-9)
        # Time is proportional to the pictures' area, so future epochs are weighted by it.
        area = [recipe.side_at(e) ** 2 for e in range(recipe.epochs)]
        work_done = sum(area[: epoch - 1]) + area[epoch - 1] * step / steps
        precision, recall = scores.precision_and_recall() if validation else (None, None)
        validation_precision, validation_recall = (
            validation.precision_and_recall() if validation else (None, None)
        )
        return TrainingProgress(
            epoch=epoch,
            epochs=recipe.epochs,
            step=step,
            steps=steps,
            side=recipe.side_at(epoch - 1),
            rate=recipe.optimiser.rate * self.schedule.share(max(self.optimisers.done - 1, 0)),
            loss=scores.mean_loss,
            accuracy=scores.accuracy,
            pictures_per_second=scores.count / spent,
            seconds=self.seconds,
            seconds_left=0.0 if self.stopped else self.seconds * (sum(area) - work_done) / work_done,
            precision=precision,
            recall=recall,
            validation_loss=validation.mean_loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            validation_precision=validation_precision,
            validation_recall=validation_recall,
        )
