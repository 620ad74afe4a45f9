"""A training run's state in one safetensors file: weights, optimisers, averages, and where it stands.

Knows nothing of the loop. Everything random in a run follows from its seed and the epoch number, so a
state at the end of an epoch is all that a resumed run needs to end as an unkilled one.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from tenfold.errors import TrainingError
from tenfold.files import replacing
from tenfold.os_errors import refused
from tenfold.parsing import from_json


def save(path: Path, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Write a checkpoint so that `path` always holds a whole one, even if the machine stops half-way.

    Raises:
        TrainingError: it cannot be written (a full disk, no permission); the earlier one is intact.
    """
    held: dict[str, Tensor] = {}
    kept: set[int] = set()
    for name, tensor in tensors.items():
        one = tensor.detach().cpu().contiguous()
        # Layers that share weights share memory, which the file's form does not know.
        place = one.untyped_storage().data_ptr()
        held[name] = one.clone() if place in kept else one
        kept.add(place)
    try:
        # A folder that is gone was lost: a new one would hold this checkpoint and nothing else of the run.
        with replacing(path, make_folder=False) as part:
            save_file(held, part, metadata={"tenfold": json.dumps(facts)})
    except (OSError, SafetensorError) as reason:
        known = reason if isinstance(reason, OSError) else _system_error(reason)
        problem = "cannot be written" + ("; the one before it is intact" if path.exists() else "")
        cure = "Free some space or name another folder with --run, then go on with --resume."
        raise refused(TrainingError, f"The checkpoint {path}", known, problem, cure=cure) from reason


def _system_error(reason: SafetensorError) -> OSError:
    """The operating system's error, whose number safetensors leaves in its message."""
    number = re.search(r"os error (\d+)", str(reason))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else OSError(0, str(reason))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint: its tensors and the facts saved with them. Raises TrainingError."""
    try:
        with safe_open(path, framework="pt") as file:
            facts = from_json((file.metadata() or {})["tenfold"])
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError) as reason:
        raise TrainingError(
            f"The checkpoint {path}",
            "cannot be read",
            received=f"{type(reason).__name__}: {reason}",
            cure="Delete it to start the run again.",
        ) from reason


def optimiser_tensors(name: str, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The momentum buffers of an optimiser, named for a checkpoint."""
    return {
        f"{name}.{index}.{key}": value
        for index, state in optimiser.state_dict()["state"].items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore_optimiser(name: str, optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put the momentum buffers back, each laid out in memory as its parameter is.

    A fused step walks parameter and buffers side by side in memory: where a filter bank is channels-last, a
    buffer that is not would be taken for another's.
    """
    whole = optimiser.state_dict()
    params = [param for group in optimiser.param_groups for param in group["params"]]
    for key, tensor in tensors.items():
        if key.startswith(f"{name}."):
            index, entry = key.removeprefix(f"{name}.").split(".")
            param = params[int(index)]
            if tensor.shape == param.shape:
                tensor = torch.empty_like(param, dtype=tensor.dtype).copy_(tensor)
            whole["state"].setdefault(int(index), {})[entry] = tensor
    optimiser.load_state_dict(whole)
