"""Each network under its own recipe: accuracy on CIFAR-10's test pictures, and the time of an epoch.

Accuracies come from finished runs: each is a folder of its network's name that `tenfold train --network NAME
--run FOLDER/NAME` filled; its recipe, epochs and data are kept in benchmarks/runs. Times are measured on some
pictures and multiplied. The table goes into docs/explanation/networks.md; without options it is written anew
from what is kept. Figures of a network that has changed since are dropped.

    python -m benchmarks.training.networks [--runs FOLDER] [--time [NAME ...]]
"""

import argparse
import json
import re
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import torch

from benchmarks.published import WHOLE
from benchmarks.record import DATA, ROOT, machine
from benchmarks.table import markdown, replaced
from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.evaluate import evaluate
from tenfold.inference import Classifier
from tenfold.networks import known
from tenfold.networks.known import KnownNetwork
from tenfold.networks.table import layer_table
from tenfold.recipes import recipe_file
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run
from tenfold.training import checkpoints
from tenfold.training.loop import Trainer
from tenfold.training.precision import choose_precision

KEPT = ROOT / "benchmarks" / "runs"
FIGURES = KEPT / "networks.json"
PAGE = ROOT / "docs" / "explanation" / "networks.md"
START, END = "<!-- networks -->", "<!-- /networks -->"
# A timed part takes about so many seconds, and is run so often after a first time that does not count.
SECONDS, REPEATS = 8.0, 3
# CIFAR-10's test pictures.
TEST = 10_000
# A module that holds others, as torch prints it.
_CONTAINER = re.compile(r"\w+\($", re.MULTILINE)
HEAD = (
    "Network",
    "Parameters",
    "MMAdds",
    "Published",
    "Ours, test (95 % interval)",
    "Epochs run, kept",
    "Seconds an epoch",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, help="the folder that holds a finished run for each network")
    parser.add_argument(
        "--time", nargs="*", metavar="NAME", help="time an epoch of these networks, or of all"
    )
    options = parser.parse_args()
    figures: dict[str, dict[str, Any]] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for network in known.NETWORKS:
        mine = figures.setdefault(network.name, {})
        size = size_of(network)
        if mine.get("architecture") != size["architecture"]:
            mine.clear()
        mine |= size
        if network.name == "default" and options.runs:
            mine |= bundled()
        run = Run(options.runs / network.name) if options.runs else None
        if run and run.has_model:
            mine |= evaluated(run)
            keep(run, KEPT / network.name)
        if options.time is not None and (not options.time or network.name in options.time):
            mine |= timed(network)
        print(network.name, mine, flush=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced(page, table(figures), START, END), encoding="utf-8")


def size_of(network: KnownNetwork) -> dict[str, Any]:
    """Parameters as Keras counts them, millions of multiply-adds for one picture, and a digest of the layers.

    The digest changes with every layer, its settings and whether it learns: figures of an earlier form of a
    network are not figures of this one. What the classes that hold layers are called does not count.
    """
    built = known.build(network.name, 10, network.side)
    layers = layer_table(built, network.side)
    shape = _CONTAINER.sub("(", str(built))
    return {
        "architecture": sha256(f"{shape} {layers.trainable}".encode()).hexdigest()[:16],
        "parameters": layers.keras_parameters,
        "multiply_adds": layers.multiply_adds,
    }


def evaluated(run: Run) -> dict[str, Any]:
    """A finished run's accuracy, as it was measured through its model file, and how long it was trained."""
    test = modelfile.read(run.model_file)[1].scores["test"]
    assert test["pictures"] == TEST
    epochs, recipe, best = len(run.epochs), run.parse_recipe(), run.best_file
    built = known.build(recipe.network, 10, recipe.side, **recipe.options)
    return {
        "side": recipe.side,
        "learned_from": run.data["training"],
        "run_multiply_adds": layer_table(built, recipe.side).multiply_adds,
        "test": [test["accuracy"], test["accuracy_low"], test["accuracy_high"]],
        "epochs_run": epochs,
        "epochs": recipe.epochs,
        "best_epoch": checkpoints.load(best)[1]["epoch"] if best.exists() else epochs,
        "stopped_early": checkpoints.load(run.checkpoint_file)[1]["stopped"],
        "published_epochs": recipe_file.shipped(recipe.network).epochs,
        "precision": run.environment["precision"],
    }


def bundled() -> dict[str, Any]:
    """The default network as it is bundled; its run is kept in benchmarks/runs/bundled."""
    test = evaluate(Classifier("cifar10"), cifar10.load_test(DATA)).accuracy
    epochs = len(Run(KEPT / "bundled").epochs)
    return {
        "test": [test.value, test.low, test.high],
        "epochs_run": epochs,
        "best_epoch": epochs,
        "stopped_early": False,
        "published_epochs": recipe_file.shipped("default").epochs,
    }


def keep(run: Run, place: Path) -> None:
    """Keep what a run was asked for and how it went; not its weights."""
    place.mkdir(parents=True, exist_ok=True)
    for file in (run.recipe_file, run.metrics_file, run.data_file, run.environment_file):
        shutil.copyfile(file, place / file.name)


def timed(network: KnownNetwork) -> dict[str, Any]:
    """Seconds for an epoch of 45,000 pictures of the recipe's full size, by its batch and augmentation."""
    precision = choose_precision("auto", torch.device("cpu"))
    recipe = replace(recipe_file.shipped(network.name), epochs=REPEATS + 1, curriculum=())
    if network.name.startswith("vgg16"):
        recipe = replace(recipe, options={**recipe.options, "weights": "none"})

    def speeds(steps: int, epochs: int) -> list[float]:
        seen: dict[int, float] = {}

        def watch(progress: TrainingProgress) -> None:
            if progress.validation_loss is None:
                seen[progress.epoch] = progress.pictures_per_second

        pictures = noise(steps * recipe.batch_size, recipe.side)
        Trainer(
            known.build(network.name, 10, recipe.side, **recipe.options),
            replace(recipe, epochs=epochs),
            pictures,
            pictures.take(np.arange(8)),
            device=torch.device("cpu"),
            precision=precision,
            report=watch,
        ).run()
        return list(seen.values())

    steps = max(1, round(speeds(1, 2)[-1] * SECONDS / recipe.batch_size))
    seconds = [WHOLE / speed for speed in speeds(steps, REPEATS + 1)[1:]]
    return {
        "epoch_seconds": [mean(seconds), stdev(seconds)],
        "timed_on": steps * recipe.batch_size,
        "machine": machine(),
        "timed_in": str(precision).removeprefix("torch."),
    }


def noise(count: int, side: int) -> LabelledPictures:
    """Pictures of noise: an epoch takes as long whatever they show."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    return LabelledPictures(pixels, np.arange(count, dtype=np.int64) % 10, cifar10.CLASSES)


def table(figures: dict[str, dict[str, Any]]) -> str:
    """The page's table and what has to be said about it."""
    rows = [cells(network, figures[network.name]) for network in known.NETWORKS]
    machines = sorted({one["machine"] for one in figures.values() if "machine" in one})
    formats = sorted({one["timed_in"] for one in figures.values() if "timed_in" in one})
    said = (
        "Test accuracy: one run each (seed 1), n = 10,000 pictures, one view each, through the model file; "
        "the interval is that of the pictures, and other seeds differ too. Times: mean and standard "
        f"deviation of {REPEATS} runs on a part of the pictures, multiplied to {WHOLE:,}, in "
        f"{' and '.join(formats)}, on {' and '.join(machines)}. Parameters are counted as Keras counts them, "
        "with the statistics of batch norms; MMAdds are millions of multiply-adds for one picture."
    )
    return "\n".join(["", markdown(HEAD, rows), "", said, ""])


def cells(network: KnownNetwork, mine: dict[str, Any]) -> list[str]:
    test, epoch = mine.get("test"), mine.get("epoch_seconds")
    epochs = ""
    if test:
        epochs = f"{mine['epochs_run']}, {mine['best_epoch']}"
        if mine["epochs_run"] < mine["published_epochs"]:
            why = "stopped early by its recipe" if mine["stopped_early"] else "cut short here"
            epochs += f" ({why}; the recipe has {mine['published_epochs']})"
        if mine.get("learned_from", WHOLE) < WHOLE:
            epochs += f"; {mine['learned_from']:,} pictures at {mine['side']} pixels"
    return [
        f"`{network.name}`",
        f"{mine['parameters']:,}",
        f"{mine.get('run_multiply_adds', mine['multiply_adds']) / 1e6:,.1f}",
        network.published or "none",
        f"{test[0]:.2%} ({test[1]:.2%} to {test[2]:.2%})" if test else "not trained here",
        epochs,
        f"{epoch[0]:,.0f} ± {epoch[1]:,.0f}" if epoch else "not measured",
    ]


if __name__ == "__main__":
    main()
