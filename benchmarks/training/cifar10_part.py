"""Writes some of CIFAR-10's pictures as a folder: what a machine without a GPU can learn from in minutes.

    python -m benchmarks.training.cifar10_part FOLDER [--train N] [--validation N]

`train` and `validation` have the first pictures of each class in CIFAR-10's fixed split, `test` has all.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.record import DATA
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures, split


def write(data: LabelledPictures, target: Path, most: int) -> None:
    """The first pictures of each class, as `class/number.png`."""
    for label, name in enumerate(cifar10.CLASSES):
        place = target / name
        place.mkdir(parents=True)
        for number in np.flatnonzero(data.labels == label)[:most]:
            Image.fromarray(data.pictures[number]).save(place / f"{number:05}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=200, help="of each class")
    parser.add_argument("--validation", type=int, default=50, help="of each class")
    options = parser.parse_args()
    training, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    test = cifar10.load_test(DATA)
    write(training, options.folder / "train", options.train)
    write(validation, options.folder / "validation", options.validation)
    write(test, options.folder / "test", len(test))


if __name__ == "__main__":
    main()
