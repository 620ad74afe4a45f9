"""One training epoch of `sequential-6conv` in tenfold and in Keras: the same pictures, machine and batches.

Keras comes with tensorflow-cpu in an environment of its own, which this script is told:

    python -m venv keras-env && keras-env/bin/pip install tensorflow-cpu
    python -m benchmarks.training.keras_speed --keras-python keras-env/bin/python

A figure is the time of an epoch after a first one (which compiles and traces), with both in float32 and both
in bfloat16, which is what tenfold chooses by itself where the processor computes it faster. Each way
runs in a fresh process, and the ways take turns, so that a slow minute of the machine meets them all. Keras
gets pictures that are floats already, tf.data with parallel mapping and prefetching, with its compiler and
without, and several steps in one call; its fastest way is what tenfold stands beside. A way that takes half
as long again as the fastest is not repeated. The changes to pictures are the published ones, shifts of a
tenth and flips, by Keras's own layers. tenfold's time includes its checkpoint and a validation of 100
pictures. The machine must have nothing else to do.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import DATA, ROOT, write

BATCH = 32
PARAMETERS = 552_362
VALIDATION = 100
# A way that takes so many times as long as its kind's fastest is not repeated.
SLOW = 1.5
FLOAT, HALF = "float32", "bfloat16"


@dataclass(frozen=True)
class Way:
    """One way to train: who, with changed pictures or as they are, in which format, and for Keras how."""

    who: str
    changed: bool
    numbers: str
    compiled: bool = False
    steps_in_a_call: int = 1

    @property
    def name(self) -> str:
        pictures = "pictures changed" if self.changed else "pictures as they are"
        return ", ".join(filter(None, (self.who, pictures, self.numbers, self.how)))

    @property
    def how(self) -> str:
        if self.who == "tenfold":
            return ""
        calls = f", {self.steps_in_a_call} steps a call" if self.steps_in_a_call > 1 else ""
        return ("compiled" if self.compiled else "not compiled") + calls


WAYS = {
    way.name: way
    for changed in (True, False)
    for way in (
        Way("tenfold", changed, FLOAT),
        Way("tenfold", changed, HALF),
        Way("Keras", changed, FLOAT, compiled=True),
        Way("Keras", changed, FLOAT),
        Way("Keras", changed, FLOAT, steps_in_a_call=16),
        Way("Keras", changed, HALF),
        Way("Keras", changed, HALF, steps_in_a_call=16),
    )
}


# Of each way: the seconds of its epochs, process by process.
Times = dict[Way, list[list[float]]]


def keras_network() -> Any:
    """The network as its authors wrote it."""
    from keras import Sequential, layers

    parts: list[Any] = [layers.Input((32, 32, 3))]
    for filters in (32, 64, 128):
        for _ in range(2):
            parts += [layers.Conv2D(filters, 3, padding="same", activation="relu")]
            parts += [layers.BatchNormalization()]
        parts += [layers.MaxPooling2D(), layers.Dropout(0.25)]
    parts += [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.5)]
    network = Sequential([*parts, layers.Dense(10, activation="softmax", dtype=FLOAT)])
    assert network.count_params() == PARAMETERS, network.count_params()
    return network


def keras_epochs(
    pictures: NDArray[np.uint8], labels: NDArray[np.int64], way: Way, epochs: int
) -> list[float]:
    """Seconds of each epoch after the first."""
    import keras
    import tensorflow as tf

    if way.numbers == HALF:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    keras.utils.set_random_seed(1)
    data = tf.data.Dataset.from_tensor_slices((pictures.astype(np.float32) / 255, labels))
    data = data.shuffle(len(labels)).batch(BATCH, drop_remainder=True)
    if way.changed:
        flip = keras.layers.RandomFlip("horizontal", dtype=FLOAT)
        shift = keras.layers.RandomTranslation(0.1, 0.1, fill_mode="nearest", dtype=FLOAT)
        data = data.map(
            lambda batch, classes: (shift(flip(batch, training=True), training=True), classes),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    data = data.prefetch(tf.data.AUTOTUNE)
    network = keras_network()
    network.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=way.compiled,
        steps_per_execution=way.steps_in_a_call,
    )
    stamps = [time.perf_counter()]
    each = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: stamps.append(time.perf_counter()))
    network.fit(data, epochs=1 + epochs, verbose=0, callbacks=[each])
    return between(stamps)


def tenfold_epochs(
    pictures: NDArray[np.uint8], labels: NDArray[np.int64], way: Way, epochs: int
) -> list[float]:
    """Seconds of each epoch after the first."""
    from tenfold.datasets.cifar10 import CLASSES
    from tenfold.datasets.dataset import Dataset
    from tenfold.datasets.labelled import LabelledPictures
    from tenfold.recipes import recipe_file
    from tenfold.recipes.augmentation import Augmentation
    from tenfold.runs.progress import TrainingProgress
    from tenfold.training import pipeline

    recipe = recipe_file.shipped("sequential-6conv")
    assert recipe.batch_size == BATCH
    recipe = replace(
        recipe,
        epochs=1 + epochs,
        precision=way.numbers,
        augmentation=recipe.augmentation if way.changed else Augmentation(),
    )
    everything = LabelledPictures(pictures, labels, CLASSES)
    few = everything.take(np.arange(VALIDATION))
    stamps = [0.0]

    def stamp(progress: TrainingProgress) -> None:
        if progress.step == 1 and progress.epoch == 1:
            stamps[0] = time.perf_counter()
        if progress.validation_accuracy is not None:
            stamps.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        data = Dataset("cifar10", everything, few, few, "")
        trainer = pipeline.train(data, Path(folder), recipe, on_progress=[stamp])
    network = trainer.network
    statistics_too = (b for name, b in network.named_buffers() if "running" in name)
    found = sum(p.numel() for p in network.parameters()) + sum(b.numel() for b in statistics_too)
    assert found == PARAMETERS, found
    return between(stamps)


def between(stamps: list[float]) -> list[float]:
    """Seconds from one stamp to the next, without the first."""
    return [float(seconds) for seconds in np.diff(stamps)[1:]]


def in_process(python: str, way: Way, file: Path, epochs: int) -> list[float]:
    """Run a way in a fresh process of an interpreter."""
    command = [python, "-m", "benchmarks.training.keras_speed", "--way", way.name]
    command += ["--file", str(file), "--epochs", str(epochs)]
    environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environ)
    if done.returncode:
        raise SystemExit(f"{way.name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    print(f"{way.name}: {', '.join(f'{s:.2f}' for s in seconds)} s", flush=True)
    return seconds


def measure(keras_python: str, count: int, epochs: int, repeats: int) -> Times:
    """Every way, turn by turn."""
    times: Times = {way: [] for way in WAYS.values()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pictures.npz"
        save_pictures(file, count)
        for turn in range(repeats):
            for way, already in times.items():
                if turn and mean(already) > SLOW * mean(
                    times[best(way.who, way.changed, way.numbers, times)]
                ):
                    continue
                python = keras_python if way.who == "Keras" else sys.executable
                already.append(in_process(python, way, file, epochs))
    return times


def best(who: str, changed: bool, numbers: str, times: Times) -> Way:
    """The fastest way of somebody in a number format."""
    ways = [w for w in times if (w.who, w.changed, w.numbers) == (who, changed, numbers)]
    return min(ways, key=lambda way: mean(times[way]))


def save_pictures(file: Path, count: int) -> None:
    """CIFAR-10's first training pictures, for both."""
    from tenfold.datasets import cifar10

    training = cifar10.load_train(DATA)
    np.savez(file, pictures=training.pictures[:count], labels=training.labels[:count])


def mean(runs: list[list[float]]) -> float:
    return statistics.mean(s for run in runs for s in run)


def words(runs: list[list[float]]) -> str:
    """Mean and standard deviation."""
    seconds = [s for run in runs for s in run]
    spread = statistics.stdev(seconds) if len(seconds) > 1 else 0.0
    return f"{statistics.mean(seconds):.2f} s ± {spread:.2f} s"


def counted(runs: list[list[float]]) -> str:
    return f"{len(runs)} processes, {len(runs[0])} epochs each"


def rows(times: Times, count: int, versions: str) -> list[dict[str, str]]:
    """tenfold beside Keras's fastest way in the same format; for the documents every way."""
    found = []
    for way in [way for way in times if way.who == "tenfold"]:
        rival = best("Keras", way.changed, way.numbers, times)
        ratio = mean(times[rival]) / mean(times[way])
        pictures = "with shifts and flips" if way.changed else "as they are"
        found.append(
            {
                "what": f"An epoch of `sequential-6conv`, {count:,} pictures {pictures}, {way.numbers}",
                "value": words(times[way]),
                "n": counted(times[way]),
                "peer": f"{versions}, {rival.how}: {words(times[rival])}, {ratio:.2f} times as long",
            }
        )
    for way in [way for way in times if way.who == "Keras"]:
        what = f"The same epoch: {way.name}"
        value, n = words(times[way]), counted(times[way])
        found.append({"what": what, "value": value, "n": n, "peer": ""})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keras-python", help="the Python that has tensorflow-cpu")
    parser.add_argument("--pictures", type=int, default=10_000, help="pictures in an epoch")
    parser.add_argument("--epochs", type=int, default=2, help="epochs measured in a process")
    parser.add_argument("--repeats", type=int, default=3, help="processes for each way")
    parser.add_argument("--way", choices=WAYS, help="run one way here, for the script itself")
    parser.add_argument("--file", type=Path, help="its pictures")
    asked = parser.parse_args()
    if asked.way:
        with np.load(asked.file) as file:
            way = WAYS[asked.way]
            epochs = keras_epochs if way.who == "Keras" else tenfold_epochs
            print(json.dumps(epochs(file["pictures"], file["labels"], way, asked.epochs)))
        return
    if not asked.keras_python:
        parser.error("--keras-python is needed: the Python of an environment with tensorflow-cpu")
    times = measure(asked.keras_python, asked.pictures, asked.epochs, asked.repeats)
    write(__file__, rows(times, asked.pictures, versions_of(asked.keras_python)))


def versions_of(python: str) -> str:
    """Keras and TensorFlow of an environment, in words."""
    code = (
        "from importlib.metadata import version; "
        "print('Keras', version('keras'), 'on tensorflow-cpu', version('tensorflow-cpu'))"
    )
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
