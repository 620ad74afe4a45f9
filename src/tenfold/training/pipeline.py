"""From data to an evaluated model file. Wires datasets, networks, training, export and evaluation.

Needs the `train` extra: torch is imported here and nowhere that serves.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from tenfold import __version__, modelfile
from tenfold.datasets.cifar10 import NAMES
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import LabelledPictures
from tenfold.datasets.opening import CIFAR10
from tenfold.errors import TrainingError
from tenfold.evaluation import novelty
from tenfold.evaluation.calibration import fit_temperature
from tenfold.evaluation.caveats import as_facts, of_evaluation, of_validation
from tenfold.evaluation.evaluate import Evaluation, evaluate
from tenfold.export import partial
from tenfold.export.onnx import Calibration, ServedNetwork, to_onnx
from tenfold.inference import Classifier
from tenfold.modelfile import ClassName, ModelInfo, NetworkFacts
from tenfold.networks.table import layer_table
from tenfold.recipes.recipe import Recipe
from tenfold.runs.lock import training_in
from tenfold.runs.progress import OnProgress, TrainingProgress
from tenfold.runs.recorder import RunRecorder
from tenfold.runs.run import Run
from tenfold.training import state
from tenfold.training.build_trainer import build_trainer
from tenfold.training.callbacks import Callback
from tenfold.training.loop import Trainer

# Pictures of each class from which its prototypes are made.
PROTOTYPE_SOURCES = 1500
# A recipe for a large set takes few steps on a small one: with fewer pictures than so many batches, batches
# become smaller, but no smaller than published recipes have them.
BATCHES, LEAST_BATCH = 16, 32
# The most pictures whose features before the open blocks are cached: half a gigabyte at 160 pixels.
KEPT_FRONTS = 16_000
# The most prototypes in a model file, whatever the number of classes.
PROTOTYPES = 4000


def fitted(recipe: Recipe, pictures: int, *, batch_size: bool = True) -> Recipe:
    """The recipe adapted to the number of pictures: smaller batches, and no more versions than can be cached.

    500 pictures of CIFAR-10, 40 epochs of the default recipe: 53 % of test pictures with one batch of 500,
    56 % with batches of 32 (LOG.md). Batches that are small as published stay as they are.

    Args:
        batch_size: whether batches may be made smaller.
    """
    versions = min(recipe.transfer.versions, KEPT_FRONTS // pictures)
    # A single version would be the same pictures in every epoch.
    recipe = replace(recipe, transfer=replace(recipe.transfer, versions=versions if versions > 1 else 0))
    most = max(LEAST_BATCH, pictures // BATCHES)
    smaller = batch_size and recipe.batch_size > max(most, 128)
    return replace(recipe, batch_size=most) if smaller else recipe


def train(
    data: Dataset,
    run_folder: Path,
    recipe: Recipe,
    *,
    device_name: str = "auto",
    resume: bool = False,
    finish: bool = False,
    on_progress: Sequence[OnProgress] = (),
    callbacks: Sequence[Callback] = (),
) -> Trainer:
    """Train in `run_folder`, from the start or from the last finished epoch.

    Args:
        data: its training part is learned from, and its validation part chooses.
        run_folder: created if missing.
        recipe: see `tenfold.recipes.recipe_file.shipped` for the shipped ones.
        device_name: auto, cpu or cuda.
        resume: go on with a run that is in the folder; without it such a folder is refused.
        finish: end a run now, with its last weights, or the best if it keeps those.
        on_progress: called after each step and at each epoch's end.
        callbacks: one's own, called with the trainer.

    Returns:
        the trainer, whose network has the weights that are kept.

    Raises:
        TrainingError: the run cannot start or resume, or fails.
    """
    run = Run(run_folder)
    resumed = run.checkpoint_file.exists()

    def report(progress: TrainingProgress) -> None:
        ended = progress.validation_loss is not None
        if ended:
            recorder.write_epoch(progress)
        for listener in on_progress:
            listener(progress)
        for callback in callbacks:
            (callback.on_epoch if ended else callback.on_step)(trainer, progress)

    trainer = build_trainer(
        data,
        recipe,
        device_name=device_name,
        fresh=not resumed,
        checkpoint=run.checkpoint_file,
        best=run.best_file,
        report=report,
    )
    recorder = RunRecorder(run, recipe, resume=resume)
    if resumed:
        state.resume(trainer, run.checkpoint_file)
    if finish:
        _end(trainer, run_folder)
    with training_in(run_folder):
        recorder.write_environment(environment(trainer))
        recorder.write_data(facts_of(data))
        for callback in callbacks:
            callback.on_start(trainer)
        trainer.run()
        for callback in callbacks:
            callback.on_end(trainer)
        # Again, with the time that it took, and its result.
        ended = {"epochs_run": trainer.epoch, "epoch_kept": trainer.kept}
        recorder.write_environment(environment(trainer) | ended)
    return trainer


def _end(trainer: Trainer, run_folder: Path) -> None:
    """Make the trainer stop before the next epoch."""
    if trainer.epoch == 0:
        raise TrainingError(
            f"The run {run_folder}",
            "has no finished epoch to make a model of",
            cure="Train on without --finish.",
        )
    trainer.stopped = True


@dataclass(frozen=True)
class ExportConfig:
    """The options for writing a model file.

    Attributes:
        name: what the model is called.
        resize: the resize rule for pictures of another size.
        views: the views taken from pictures larger than the network's input.
        keep: the share of known pictures that "none of these" may not touch.
        prototypes_per_class: how many prototypes of each class the file carries, where there are few classes.
        neighbours: to how many of them novelty is the mean distance.
        mix: how much doubt adds to novelty.
        licence: of the weights.
    """

    name: str = "tenfold-cifar10"
    resize: str = "bilinear"
    views: str = "six-wide"
    keep: float = 0.95
    prototypes_per_class: int = 100
    neighbours: int = 20
    mix: float = 0.25
    licence: str = "Apache-2.0"


def export_config(
    data: Dataset, recipe: Recipe, name: str | None = None, views: str | None = None
) -> ExportConfig:
    """The export that suits the data: its name, and views that show a picture as training did, or as named.

    CIFAR-10's pictures are cut out around their subject, photographs are not: `six-wide` makes up for it
    (docs/explanation/views.md). One's own pictures are learned whole, so they are shown whole; mirrored too,
    if the network has learned that a mirror image is the same.
    """
    if data.name == CIFAR10:
        ours = "tenfold" if recipe.network == "default" else recipe.network
        return ExportConfig(name or f"{ours}-cifar10", views=views or ExportConfig.views)
    title = Path(os.path.realpath(data.name)).stem
    suiting = "whole" if recipe.augmentation.flip == "none" else "mirrored-pair"
    return ExportConfig(name or title, views=views or suiting)


def export(
    trainer: Trainer, data: Dataset, path: Path, config: ExportConfig
) -> tuple[Classifier, Evaluation]:
    """Calibrate on the validation split, write the model file, and evaluate the file itself.

    The scores come from a model file in ONNX Runtime, not from torch.

    Returns:
        the classifier on the final file, and its evaluation on the test pictures.
    """
    classes, recipe = data.training.classes, _without_paths(trainer.recipe)
    sample = first_of_each_class(data.training, PROTOTYPE_SOURCES)
    logits, _ = trainer.outputs(data.validation)
    _, embeddings = trainer.outputs(sample)
    rarest = int(np.bincount(sample.labels, minlength=len(classes)).min())
    each = max(1, min(config.prototypes_per_class, PROTOTYPES // len(classes), rarest))
    centres = novelty.prototypes(embeddings, sample.labels, each)
    calibration = Calibration(
        temperature=fit_temperature(data.validation.labels, logits),
        prototypes=torch.from_numpy(centres),
        # Neighbours are sought within a class, so there are no more than a class has prototypes.
        neighbours=min(config.neighbours, each),
        mix=config.mix,
    )
    parts = partial.suits(data.validation.pictures)
    served = ServedNetwork(trainer.network, trainer.mean, trainer.std, calibration)
    network = to_onnx(served, recipe.side, parts=parts)
    layers = layer_table(trainer.network, recipe.side)
    info = ModelInfo(
        name=config.name,
        classes=tuple(ClassName(label, NAMES.get(label, {})) for label in classes),
        input_size=recipe.side,
        resize=config.resize,
        views=config.views,
        temperature=calibration.temperature,
        threshold=0.0,
        known_rate=config.keep,
        network={
            "name": recipe.network,
            **recipe.options,
            **NetworkFacts(parameters=layers.parameters, multiply_adds=layers.multiply_adds),
            **partial.facts(parts),
        },
        training={
            **plain(asdict(recipe)),
            **environment(trainer),
            "epochs_run": trainer.epoch,
            "epoch_kept": trainer.kept,
        },
        data_fingerprint=data.fingerprint,
        scores={},
        licence=config.licence,
        tenfold_version=__version__,
    )
    info, test = evaluated(network, info, data)
    modelfile.write(path, network, info)
    return Classifier(path), test


def evaluated(network: bytes, info: ModelInfo, data: Dataset) -> tuple[ModelInfo, Evaluation]:
    """The facts with threshold and scores, measured on a temporary file: the final path never has a draft.

    Returns:
        the completed facts, and the evaluation on the test pictures.
    """
    with TemporaryDirectory(prefix="tenfold-") as folder:
        draft = Path(folder) / "draft.onnx"
        modelfile.write(draft, network, info)
        distances = Classifier(draft).raw(data.validation.pictures)[3]
        info = replace(info, threshold=novelty.threshold(distances, info.known_rate))
        modelfile.write(draft, network, info)
        classifier = Classifier(draft)
        test = evaluate(classifier, data.test)
        validation = evaluate(classifier, data.validation)
    scores = {
        "test": {**test.summary(), "caveats": as_facts(of_evaluation(test))},
        "validation": {**validation.summary(), "caveats": as_facts(of_validation(validation.accuracy))},
    }
    return replace(info, scores=scores), test


def first_of_each_class(data: LabelledPictures, count: int) -> LabelledPictures:
    """The first `count` pictures of each class."""
    return data.take(
        np.concatenate([np.flatnonzero(data.labels == k)[:count] for k in range(len(data.classes))])
    )


def environment(trainer: Trainer) -> dict[str, Any]:
    """Where and how a run is computed."""
    return {
        "device": str(trainer.device),
        "precision": str(trainer.precision).removeprefix("torch."),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "tenfold": __version__,
        "seconds": round(trainer.seconds, 1),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def facts_of(data: Dataset) -> dict[str, Any]:
    """The facts of the data in a run's folder."""
    return {
        "source": data.name if data.name == CIFAR10 else os.path.realpath(data.name),
        "fingerprint": data.fingerprint,
        "classes": list(data.training.classes),
        "training": len(data.training),
        "validation": len(data.validation),
        "test": len(data.test),
        "side": int(data.training.pictures.shape[1]),
        "skipped": len(data.skipped),
    }


def _without_paths(recipe: Recipe) -> Recipe:
    """The recipe for a model file, without folders of this machine."""
    transfer_from, teacher = Path(recipe.transfer.source).name, Path(recipe.teacher.source).name
    weights = {name: Path(path).name for name, path in recipe.options.items() if name == "weights"}
    return replace(
        recipe,
        options=recipe.options | weights,
        transfer=replace(recipe.transfer, source=transfer_from),
        teacher=replace(recipe.teacher, source=teacher),
        outliers=replace(recipe.outliers, source=Path(recipe.outliers.source).name),
    )


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """As plain JSON types."""
    found: dict[str, Any] = json.loads(json.dumps(values))
    return found
