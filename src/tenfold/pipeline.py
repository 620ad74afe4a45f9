"""From data to a judged model file. Wires datasets, training, export and judging; computes nothing itself.

Needs the `train` extra: torch is imported here and nowhere that serves.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures, split
from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.training.config import TrainingConfig
from tenfold.training.loop import Progress, Trainer
from tenfold.training.precision import choose_device, choose_precision
from tenfold.training.runs import Run


@dataclass(frozen=True, eq=False)
class Cifar10:
    """CIFAR-10 as every run uses it: 45,000 to learn from, 5,000 to choose by, 10,000 to report on."""

    training: LabelledPictures
    validation: LabelledPictures
    test: LabelledPictures
    fingerprint: str


def load_cifar10(data_dir: Path) -> Cifar10:
    """Load and split CIFAR-10. Raises DatasetError where it is missing or damaged."""
    everything = cifar10.load_train(data_dir)
    training, validation = split(everything, cifar10.VALIDATION)
    return Cifar10(training, validation, cifar10.load_test(data_dir), everything.fingerprint())


def train(
    data: Cifar10,
    run_folder: Path,
    *,
    network: DefaultConfig,
    config: TrainingConfig,
    device_name: str = "auto",
    resume: bool = False,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Trainer:
    """Train, or go on training, in `run_folder`. Raises TrainingError."""
    run = Run(run_folder, config, resume=resume)
    device = choose_device(device_name)
    torch.manual_seed(config.seed)
    trainer = Trainer(
        DefaultNetwork(network),
        config,
        data.training,
        data.validation,
        device=device,
        precision=choose_precision(config.precision, device),
        checkpoint=run.state,
    )
    if run.state.exists():
        trainer.resume(run.state)

    def log_and_report(progress: Progress) -> None:
        if progress.validation_loss is not None:
            run.log(asdict(progress), progress.epoch)
        report(progress)

    trainer.report = log_and_report
    trainer.run()
    return trainer


def describe_environment(trainer: Trainer) -> dict[str, Any]:
    """Where and how a run was computed, for the model's facts."""
    return {
        "device": str(trainer.device),
        "precision": str(trainer.precision).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "seconds": round(trainer.seconds, 1),
    }


def recipe(config: TrainingConfig) -> dict[str, Any]:
    """The recipe as plain JSON types."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(config)))
    return plain
