"""Makes a trainer for data and a recipe: builds and tries the network, and loads its initial weights."""

from pathlib import Path

import torch

from tenfold import modelfile
from tenfold.datasets.dataset import Dataset
from tenfold.export.trial import check_exportable
from tenfold.networks import known
from tenfold.recipes.recipe import Recipe
from tenfold.runs.progress import OnProgress
from tenfold.training import transfer
from tenfold.training.batches import as_tensor
from tenfold.training.distillation import teacher_answers
from tenfold.training.loop import WHITENING_PICTURES, Trainer
from tenfold.training.outliers import OutlierPictures
from tenfold.training.precision import choose_device, choose_precision
from tenfold.training.staged import StagedTrainer
from tenfold.training.trial import check_trainable


def build_trainer(
    data: Dataset,
    recipe: Recipe,
    *,
    device_name: str = "auto",
    fresh: bool = True,
    checkpoint: Path | None = None,
    best: Path | None = None,
    report: OnProgress = lambda progress: None,
) -> Trainer:
    """A trainer before its first epoch.

    Args:
        device_name: auto, cpu or cuda.
        fresh: False for a run that is resumed: its checkpoint has the weights.
        checkpoint, best, report: as of `Trainer`.

    Raises:
        TrainingError: the network, the device or what the recipe starts from cannot be used.
    """
    classes, device = data.training.classes, choose_device(device_name)
    torch.manual_seed(recipe.seed)
    network = known.build(recipe.network, len(classes), recipe.side, **recipe.options)
    memory_format = check_trainable(network, recipe, len(classes))
    if fresh and known.is_own(recipe.network):
        check_exportable(network, recipe.network, recipe.side)
    wanted = recipe.outliers
    kind = StagedTrainer if recipe.transfer.stages else Trainer
    trainer = kind(
        network,
        recipe,
        data.training,
        data.validation,
        device=device,
        precision=choose_precision(recipe.precision, device),
        teacher=teacher_answers(recipe.teacher.source, classes, device) if recipe.teacher.source else None,
        outliers=OutlierPictures(wanted, recipe.side, recipe.seed)
        if wanted.source or wanted.made_up
        else None,
        memory_format=memory_format,
        fresh=fresh,
        data_fingerprint=data.fingerprint,
        checkpoint=checkpoint,
        best=best,
        report=report,
    )
    if recipe.transfer.source and fresh:
        _load(trainer, data)
    if recipe.transfer.freeze_until:
        trainer.frozen = transfer.freeze(trainer.network, recipe.transfer.freeze_until)
    trainer.start()
    return trainer


def _load(trainer: Trainer, data: Dataset) -> None:
    """Give the network another's weights."""
    recipe, mine = trainer.recipe, data.training.classes
    source = recipe.transfer.source
    path = Path(modelfile.locate(source))
    sample = trainer.normalise(as_tensor(data.training, slice(0, WHITENING_PICTURES)))
    weights, theirs = transfer.weights_of(path), transfer.classes_of(path)
    if len(set(mine) & set(theirs)) < 2 or mine == theirs:
        transfer.load_into(trainer.network, weights, path, sample, trainer.mean, trainer.std)
        return
    # Shared classes keep their row of the head, wherever it is now.
    other = known.build(recipe.network, len(theirs), recipe.side, **recipe.options).to(trainer.device)
    transfer.load_into(other, weights, path, sample, trainer.mean, trainer.std)
    transfer.take_classes(trainer.network, other, mine, theirs)
