"""A trainer's whole state in a checkpoint, and back. The file's form is checkpoints.py's."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from tenfold.errors import TrainingError
from tenfold.recipes.recipe import Recipe
from tenfold.training import checkpoints

if TYPE_CHECKING:
    from tenfold.training.loop import Trainer

# The pixel statistics go with the weights: a network is useless without them.
PIXELS = "pixels"
_FORMATS = {str(dtype): dtype for dtype in (torch.float32, torch.bfloat16)}


def save(trainer: "Trainer", path: Path) -> None:
    """Write the whole state. Raises TrainingError where it cannot be written."""
    average = trainer.average
    facts: dict[str, Any] = {
        "epoch": trainer.epoch,
        "seconds": trainer.seconds,
        "stopped": trainer.stopped,
        "optimiser_step": trainer.optimisers.done,
        "schedule": trainer.schedule.facts(),
        "stopping": trainer.stopping.facts(),
        "average_steps": average.steps if average else 0,
        "recipe": asdict(trainer.recipe),
        "precision": str(trainer.precision),
        "data": trainer.data_fingerprint,
    }
    tensors = weights(trainer) | trainer.optimisers.tensors() | (average.tensors() if average else {})
    checkpoints.save(path, tensors, facts)


def resume(trainer: "Trainer", path: Path) -> None:
    """Go on from a checkpoint, in its number format. Raises TrainingError: another recipe's or data's."""
    tensors, facts = checkpoints.load(path)
    # A setting that an earlier tenfold did not have is as it was then: at its default.
    mine, theirs = _plain(asdict(trainer.recipe)), _plain(asdict(Recipe())) | facts.get("recipe", {})
    if mine != theirs:
        other = sorted(k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k))
        raise TrainingError(
            f"The checkpoint {path}",
            "was made by another recipe",
            received=", ".join(f"{k}: {theirs.get(k)} there, {mine.get(k)} here" for k in other),
            cure="Use the same settings, or name a new folder with --run.",
        )
    if facts["data"] != trainer.data_fingerprint:
        raise TrainingError(
            f"The checkpoint {path}",
            "was trained on other pictures",
            received=f"fingerprint {facts['data'][:12]} there, {trainer.data_fingerprint[:12]} here",
            cure="Name those that it was started with, as they were, with --data, or start a new run in "
            "another folder with --run.",
        )
    load_weights(trainer, tensors)
    trainer.epoch = facts["epoch"]
    trainer.start()
    trainer.optimisers.restore(tensors, facts["optimiser_step"])
    if trainer.average:
        trainer.average.restore(tensors, facts["average_steps"])
    trainer.schedule.restore(facts["schedule"])
    trainer.stopping.restore(facts["stopping"])
    trainer.seconds, trainer.stopped = facts["seconds"], facts["stopped"]
    # "auto" may be timed differently today, and another format would end with other weights.
    trainer.precision = _FORMATS[facts["precision"]]


def weights(trainer: "Trainer") -> dict[str, Tensor]:
    """The network's weights and its pixel statistics, named for a checkpoint."""
    pixels = {f"network.{PIXELS}.mean": trainer.mean, f"network.{PIXELS}.std": trainer.std}
    return pixels | {f"network.{k}": v for k, v in trainer.network.state_dict().items()}


def load_weights(trainer: "Trainer", tensors: dict[str, Tensor]) -> None:
    """Put the weights of a checkpoint into the network."""
    found = {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
    trainer.mean, trainer.std = found.pop(f"{PIXELS}.mean"), found.pop(f"{PIXELS}.std")
    trainer.network.load_state_dict(found)


def _plain(value: Any) -> Any:
    """Tuples as lists, as they come back from JSON."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
