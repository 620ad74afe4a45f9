"""Run folders as training leaves them, made without training."""

import json
import math
import shutil
import struct
from pathlib import Path
from typing import Any

from tests import tiny

# As tenfold 0.1 wrote it.
OLD_RECIPE = {"stages": [{"epochs": 2, "side": 24}, {"epochs": 2, "side": 32}], "batch_size": 1000, "seed": 1}


def row(epoch: int, epochs: int, accuracy: float, **more: Any) -> dict[str, Any]:
    """A finished epoch's figures."""
    return {
        "epoch": epoch,
        "epochs": epochs,
        "side": 32,
        "rate": 0.001,
        "loss": 1.5 / epoch,
        "accuracy": accuracy + 0.02,
        "precision": accuracy + 0.01,
        "recall": accuracy + 0.02,
        "validation_loss": 1.6 / epoch,
        "validation_accuracy": accuracy,
        "validation_precision": accuracy,
        "validation_recall": accuracy,
        "pictures_per_second": 900.0,
        "seconds": 50.0 * epoch,
        **more,
    }


def make(
    folder: Path,
    *,
    network: str = "sequential-6conv",
    done: int = 3,
    epochs: int = 4,
    rate: float = 0.001,
    model: bool = False,
    stopped: bool = False,
    source: str = "cifar10",
) -> Path:
    """A run of so many epochs, and the tiny model file in it if `model`."""
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(
        f'network = "{network}"\nepochs = {epochs}\n[optimiser]\nname = "adam"\nrate = {rate}\n'
    )
    rows = [row(e, epochs, 0.9 - math.exp(-e)) for e in range(1, done + 1)]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    (folder / "environment.json").write_text(json.dumps({"device": "cpu", "torch": "2.13.0"}))
    (folder / "data.json").write_text(json.dumps({"source": source, "training": 45_000, "side": 32}))
    (folder / "state.safetensors").write_bytes(checkpoint({"epoch": done, "stopped": stopped}))
    if model:
        shutil.copy(tiny.MODEL, folder / "model.onnx")
    return folder


def make_old(folder: Path, done: int = 4) -> Path:
    """A run as tenfold 0.1 left it."""
    folder.mkdir(parents=True)
    (folder / "recipe.json").write_text(json.dumps(OLD_RECIPE))
    new = {"precision", "recall", "validation_precision", "validation_recall", "rate"}
    rows = [{k: v for k, v in row(e, 4, 0.5 + e / 10).items() if k not in new} for e in range(1, done + 1)]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    return folder


def checkpoint(facts: dict[str, Any]) -> bytes:
    """A safetensors file without tensors that says these facts."""
    header = json.dumps({"__metadata__": {"tenfold": json.dumps(facts)}}).encode()
    return struct.pack("<Q", len(header)) + header
