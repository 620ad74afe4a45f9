"""From data to a judged model file. Wires datasets, training, export and judging; computes nothing itself.

Needs the `train` extra: torch is imported here and nowhere that serves.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from tenfold import __version__, modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures, split
from tenfold.datasets.names import NAMES
from tenfold.export.onnx import Calibration, ServedNetwork, to_onnx
from tenfold.inference import Classifier
from tenfold.judging import novelty
from tenfold.judging.calibration import fit_temperature
from tenfold.judging.evaluation import Evaluation, evaluate
from tenfold.modelfile import ClassName, ModelInfo
from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.training.config import TrainingConfig
from tenfold.training.loop import Progress, Trainer
from tenfold.training.precision import choose_device, choose_precision
from tenfold.training.runs import Run

# Pictures of each class from which its prototypes are made.
PROTOTYPE_SOURCES = 1500


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


@dataclass(frozen=True)
class ExportConfig:
    """What is chosen when a trained network becomes a model file.

    Attributes:
        name: what the model is called.
        resize: the resize rule for pictures of another size.
        views: the views taken from pictures larger than the network's input.
        keep: the share of known pictures that "none of these" may not touch.
        prototypes_per_class: how many prototypes of each class the file carries.
        neighbours: novelty is the mean distance to so many of them.
        mix: how much doubt adds to novelty.
    """

    name: str = "tenfold-cifar10"
    resize: str = "bilinear"
    views: str = "six-wide"
    keep: float = 0.95
    prototypes_per_class: int = 100
    neighbours: int = 20
    mix: float = 0.25


def export(
    trainer: Trainer, data: Cifar10, path: Path, config: ExportConfig
) -> tuple[Classifier, Evaluation]:
    """Calibrate on the validation split, write the model file, and judge the file itself.

    The scores come from a model file in ONNX Runtime, not from torch.

    Returns:
        the classifier on the final file, and its evaluation on the test pictures.
    """
    sample = first_of_each_class(data.training, PROTOTYPE_SOURCES)
    logits, _ = trainer.outputs(data.validation)
    _, seen = trainer.outputs(sample)
    centres = novelty.prototypes(seen, sample.labels, config.prototypes_per_class)
    calibration = Calibration(
        temperature=fit_temperature(data.validation.labels, logits),
        prototypes=torch.from_numpy(centres),
        neighbours=config.neighbours,
        mix=config.mix,
    )
    size = data.training.pictures.shape[1]
    network = to_onnx(ServedNetwork(trainer.network, trainer.mean, trainer.std, calibration), size)
    info = ModelInfo(
        name=config.name,
        classes=tuple(ClassName(label, NAMES[label]) for label in data.training.classes),
        input_size=size,
        resize=config.resize,
        views=config.views,
        temperature=calibration.temperature,
        threshold=0.0,
        known_rate=config.keep,
        network={"name": "default", **plain(trainer.network.config)},
        training={**plain(trainer.config), **environment(trainer)},
        data_fingerprint=data.fingerprint,
        scores={},
        licence="Apache-2.0",
        tenfold_version=__version__,
    )
    info, test = judge(network, info, data)
    modelfile.write(path, network, info)
    return Classifier(path), test


def judge(network: bytes, info: ModelInfo, data: Cifar10) -> tuple[ModelInfo, Evaluation]:
    """The facts with threshold and scores, measured on a draft, so that no unfinished file lies at its place.

    Returns:
        the completed facts, and the evaluation on the test pictures.
    """
    with TemporaryDirectory(prefix="tenfold-") as folder:
        draft = Path(folder) / "draft.onnx"
        modelfile.write(draft, network, info)
        strangeness = Classifier(draft).raw(data.validation.pictures)[3]
        info = replace(info, threshold=novelty.threshold(strangeness, info.known_rate))
        modelfile.write(draft, network, info)
        classifier = Classifier(draft)
        test = evaluate(classifier, data.test)
        scores = {"test": test.summary(), "validation": evaluate(classifier, data.validation).summary()}
    return replace(info, scores=scores), test


def first_of_each_class(data: LabelledPictures, count: int) -> LabelledPictures:
    """The first `count` pictures of each class."""
    return data.take(
        np.concatenate([np.flatnonzero(data.labels == k)[:count] for k in range(len(data.classes))])
    )


def environment(trainer: Trainer) -> dict[str, Any]:
    """Where and how a run was computed, for the model's facts."""
    return {
        "device": str(trainer.device),
        "precision": str(trainer.precision).removeprefix("torch."),
        "torch": torch.__version__,
        "seconds": round(trainer.seconds, 1),
    }


def plain(config: TrainingConfig | DefaultConfig) -> dict[str, Any]:
    """A configuration as plain JSON types."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(config)))
    return values
