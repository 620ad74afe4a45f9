"""The training loop. Knows a network by its parameters and outputs, and nothing of files but its checkpoint.

Everything random in an epoch is drawn from a generator seeded by the run's seed and the epoch number.
That is why a run that was killed ends with the same weights as one that was not.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import TrainingError
from tenfold.networks.default import DefaultNetwork
from tenfold.training import augment, checkpoints
from tenfold.training.config import TrainingConfig
from tenfold.training.optimisers import Optimisers
from tenfold.training.precision import keep_freed_memory

WHITENING_PICTURES = 5000
_FORMATS = {str(dtype): dtype for dtype in (torch.float32, torch.bfloat16)}


@dataclass(frozen=True)
class Progress:
    """Where a run stands. `validation_*` are None within an epoch and set at its end.

    epoch and step count from 1; loss is per picture; seconds_left is an estimate.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    side: int
    loss: float
    accuracy: float
    pictures_per_second: float
    seconds: float
    seconds_left: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None


Report = Callable[[Progress], None]


class Trainer:
    """Trains one network on one set of pictures.

    Args:
        network: a fresh network; its first layer is set from the training pictures.
        config: the recipe.
        training: the pictures to learn from.
        validation: the pictures to watch; they change nothing in the weights.
        device: where to compute.
        precision: the number format of the convolutions.
        checkpoint: where the state is kept at each epoch's end, or None to keep none.
        report: called after each step and at each epoch's end.
    """

    def __init__(
        self,
        network: DefaultNetwork,
        config: TrainingConfig,
        training: LabelledPictures,
        validation: LabelledPictures,
        *,
        device: torch.device,
        precision: torch.dtype,
        checkpoint: Path | None = None,
        report: Report = lambda progress: None,
    ) -> None:
        keep_freed_memory()
        self.config = config
        self.device = device
        self.precision = precision
        self.checkpoint = checkpoint
        self.report = report
        self.pictures, self.labels = as_tensors(training)
        self.validation = as_tensors(validation)
        self.network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = self.pictures.float().mean(dim=(0, 2, 3), keepdim=True)
        self.std = self.pictures.float().std(dim=(0, 2, 3), keepdim=True)
        self.steps_per_epoch = len(self.labels) // config.batch_size
        if self.steps_per_epoch == 0:
            raise TrainingError(
                "The training set",
                "is smaller than one batch",
                received=f"{len(self.labels)} pictures, batches of {config.batch_size}",
                cure="Use a smaller batch size.",
            )
        network.start_whitening(self.normalise(self.pictures[:WHITENING_PICTURES]))
        self.optimisers = Optimisers(network, config, self.steps_per_epoch * config.epochs)
        self.epoch = 0
        self.seconds = 0.0

    def normalise(self, pictures: Tensor) -> Tensor:
        """uint8 `[N, 3, H, W]` to float with the training pictures' mean 0 and deviation 1, on the device."""
        pictures = pictures.to(self.device, non_blocking=True).float()
        pictures = (pictures - self.mean.to(self.device)) / self.std.to(self.device)
        return pictures.contiguous(memory_format=torch.channels_last)

    def run(self) -> None:
        """Train from where it stands to the last epoch. Raises TrainingError when the loss is lost."""
        side, small = 0, self.pictures
        while self.epoch < self.config.epochs:
            if self.config.side(self.epoch) != side:
                side = self.config.side(self.epoch)
                small = augment.resize(self.pictures, side)
            self._run_epoch(small)
            if self.checkpoint is not None:
                self.save(self.checkpoint)

    def _run_epoch(self, pictures: Tensor) -> None:
        generator = torch.Generator().manual_seed(self.config.seed * 1_000_003 + self.epoch)
        pictures = self._augment(pictures, generator)
        order = torch.randperm(len(self.labels), generator=generator)
        self.network.train()
        started, earlier = time.perf_counter(), self.seconds
        correct, loss_sum, seen = 0, 0.0, 0
        for step in range(self.steps_per_epoch):
            batch = order[step * self.config.batch_size : (step + 1) * self.config.batch_size]
            loss, right = self._step(pictures[batch], self.labels[batch].to(self.device))
            correct, loss_sum, seen = correct + right, loss_sum + loss, seen + len(batch)
            self.seconds = earlier + time.perf_counter() - started
            self.report(self._progress(step + 1, loss_sum / seen, correct / seen, started))
        self.epoch += 1
        validation_loss, validation_accuracy = self.evaluate(*self.validation)
        self.seconds = earlier + time.perf_counter() - started
        self.report(
            self._progress(
                self.steps_per_epoch,
                loss_sum / seen,
                correct / seen,
                started,
                validation_loss=validation_loss,
                validation_accuracy=validation_accuracy,
            )
        )

    def _augment(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        config, side = self.config, pictures.shape[-1]
        first = torch.rand(len(pictures), generator=torch.Generator().manual_seed(config.seed)) < 0.5
        pictures = augment.alternating_flip(pictures, self.epoch, first)
        pictures = augment.translate(pictures, config.translate, generator)
        return augment.cutout(pictures, config.cutout * side // 32, generator)

    def _step(self, pictures: Tensor, labels: Tensor) -> tuple[float, int]:
        self.optimisers.set_rates()
        with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
            logits = self.network(self.normalise(pictures)).logits
        # Summed, not averaged: the published rates are for sums, and a rate then serves any batch size.
        loss = functional.cross_entropy(
            logits.float(), labels, label_smoothing=self.config.label_smoothing, reduction="sum"
        )
        value = loss.item()
        if not math.isfinite(value):
            raise TrainingError(
                f"Epoch {self.epoch + 1}",
                "lost the loss: it is no longer a number",
                received=f"{value}",
                cure="The last checkpoint is intact; train on with lower rates or with float32.",
            )
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimisers.step()
        return value, int((logits.argmax(1) == labels).sum())

    @torch.no_grad()
    def evaluate(self, pictures: Tensor, labels: Tensor) -> tuple[float, float]:
        """Mean cross-entropy and accuracy on uint8 `[N, 3, H, W]`, one view a picture."""
        self.network.eval()
        loss, correct = 0.0, 0
        for part, truth in zip(torch.split(pictures, 1000), torch.split(labels, 1000), strict=True):
            with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
                logits = self.network(self.normalise(part)).logits.float()
            truth = truth.to(self.device)
            loss += functional.cross_entropy(logits, truth, reduction="sum").item()
            correct += int((logits.argmax(1) == truth).sum())
        return loss / len(labels), correct / len(labels)

    @torch.no_grad()
    def outputs(self, data: LabelledPictures) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits `[N, K]` and embeddings `[N, D]` of unit length, computed in float32."""
        self.network.eval()
        logits, embeddings = [], []
        for part in torch.split(as_tensors(data)[0], 500):
            output = self.network(self.normalise(part))
            logits.append(output.logits.cpu().numpy())
            embeddings.append(functional.normalize(output.features, dim=1).cpu().numpy())
        return np.concatenate(logits), np.concatenate(embeddings)

    def _progress(
        self,
        step: int,
        loss: float,
        accuracy: float,
        started: float,
        *,
        validation_loss: float | None = None,
        validation_accuracy: float | None = None,
    ) -> Progress:
        finished = validation_accuracy is not None
        epoch = self.epoch if finished else self.epoch + 1
        done = epoch - 1 + step / self.steps_per_epoch
        spent = max(time.perf_counter() - started, 1e-9)
        # Time goes with the pictures' area, so epochs still to come count by their size.
        area = [self.config.side(e) ** 2 for e in range(self.config.epochs)]
        work_done = sum(area[: epoch - 1]) + area[epoch - 1] * step / self.steps_per_epoch
        return Progress(
            epoch=epoch,
            epochs=self.config.epochs,
            step=step,
            steps=self.steps_per_epoch,
            side=self.config.side(epoch - 1),
            loss=loss,
            accuracy=accuracy,
            pictures_per_second=step * self.config.batch_size / spent,
            seconds=self.seconds,
            seconds_left=self.seconds * (sum(area) - work_done) / work_done if done else 0.0,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
        )

    def save(self, path: Path) -> None:
        """Write the whole state. Raises TrainingError where it cannot be written."""
        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        facts: dict[str, Any] = {
            "epoch": self.epoch,
            "seconds": self.seconds,
            "optimiser_step": self.optimisers.done,
            "config": asdict(self.config),
            "precision": str(self.precision),
        }
        checkpoints.save(path, tensors | self.optimisers.tensors(), facts)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint, in its number format. Raises TrainingError if it is another recipe's."""
        tensors, facts = checkpoints.load(path)
        mine, theirs = _plain(asdict(self.config)), facts["config"]
        if mine != theirs:
            other = sorted(k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k))
            raise TrainingError(
                f"The checkpoint {path}",
                "was made by another recipe",
                received=", ".join(f"{k}: {theirs.get(k)} there, {mine.get(k)} here" for k in other),
                cure="Use the same settings, or name a new folder with --run.",
            )
        self.network.load_state_dict(
            {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
        )
        self.optimisers.restore(tensors, facts["optimiser_step"])
        self.epoch, self.seconds = facts["epoch"], facts["seconds"]
        # "auto" may be timed differently today, and another format would end with other weights.
        self.precision = _FORMATS[facts["precision"]]


def as_tensors(data: LabelledPictures) -> tuple[Tensor, Tensor]:
    """Pictures as uint8 `[N, 3, H, W]` and labels as int64 `[N]`."""
    return torch.from_numpy(data.pictures).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(data.labels)


def _plain(value: Any) -> Any:
    """Tuples as lists, as they come back from JSON."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
