"""Pictures of none of the classes, to evaluate "none of these" on: made up, from a folder, or from CIFAR-10.

Knows pictures and classes, and nothing of models or scores.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tenfold import images
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError, PictureError, counted
from tenfold.folder_walk import files_below

Pictures = NDArray[np.uint8]
# The share of a picture's side that a detail takes.
DETAIL = 11 / 32
MOST = 1_000


@dataclass(frozen=True, eq=False)
class OutOfDistribution:
    """Pictures of one kind that show none of the classes.

    Attributes:
        kind: what they are, for people: "blends".
        what: how they came about, as a sentence.
        pictures: uint8 `[N, S, S, 3]`.
    """

    kind: str
    what: str
    pictures: Pictures


def blends(data: LabelledPictures, random: np.random.Generator) -> Pictures:
    """Each picture half and half with one of another class."""
    other = random.permutation(len(data))
    other = np.where(data.labels[other] == data.labels, np.roll(other, 1), other)
    different = data.labels[other] != data.labels
    both = (data.pictures.astype(np.uint16) + data.pictures[other]) // 2
    return np.asarray(both[different], dtype=np.uint8)


def shuffled(data: LabelledPictures, random: np.random.Generator) -> Pictures:
    """Each picture's sixteen tiles in another order; what a side has beyond four tiles stays in its place."""
    count, tile = len(data), data.pictures.shape[1] // 4
    side = 4 * tile
    tiles = (
        data.pictures[:, :side, :side]
        .reshape(count, 4, tile, 4, tile, 3)
        .transpose(0, 1, 3, 2, 4, 5)
        .reshape(count, 16, tile, tile, 3)
    )
    tiles = np.stack([picture[random.permutation(16)] for picture in tiles])
    back = tiles.reshape(count, 4, 4, tile, tile, 3).transpose(0, 1, 3, 2, 4, 5)
    out = np.array(data.pictures)
    out[:, :side, :side] = back.reshape(count, side, side, 3)
    return out


def details(data: LabelledPictures, random: np.random.Generator) -> Pictures:
    """About an eighth of each picture, enlarged."""
    side = data.pictures.shape[1]
    part = max(1, round(side * DETAIL))
    out = []
    for picture in data.pictures:
        x, y = random.integers(0, side - part, 2)
        detail = Image.fromarray(picture[y : y + part, x : x + part])
        out.append(np.asarray(detail.resize((side, side), Image.Resampling.BICUBIC)))
    return np.stack(out)


MADE_UP = (
    ("blends", "two pictures of different classes laid over each other", blends),
    ("shuffled", "the sixteen tiles of a picture in another order", shuffled),
    ("details", "an eighth of a picture, enlarged", details),
)


def made_up(data: LabelledPictures, most: int = MOST, seed: int = 1) -> list[OutOfDistribution]:
    """Out-of-distribution pictures made of the known pictures: at most `most` of each kind."""
    random = np.random.default_rng(seed)
    some = data.take(random.permutation(len(data))[:most])
    made = [OutOfDistribution(kind, what, make(some, random)) for kind, what, make in MADE_UP]
    return [one for one in made if len(one.pictures)]


def from_cifar10(
    data_dir: Path, labels: Sequence[str], side: int, most: int = MOST
) -> OutOfDistribution | None:
    """CIFAR-10 test pictures of those classes that the model does not have, resized.

    A class is the model's too where one name has the other as a word: "cat" and "tabby cat". None where the
    model has all ten, or CIFAR-10 is not there.
    """
    theirs = [name for name in cifar10.CLASSES if not any(_same(name, label) for label in labels)]
    if not theirs or not cifar10.is_whole(data_dir):
        return None
    test = cifar10.load_test(data_dir)
    numbers = [cifar10.CLASSES.index(name) for name in theirs]
    chosen = np.flatnonzero(np.isin(test.labels, numbers))
    chosen = np.sort(np.random.default_rng(1).permutation(chosen)[:most])
    pictures = np.stack([images.resize(picture, side, "bilinear") for picture in test.pictures[chosen]])
    what = f"CIFAR-10 test pictures of {', '.join(theirs)}, resized to {side} x {side} pixels"
    return OutOfDistribution("CIFAR-10", what, pictures)


def _same(one: str, two: str) -> bool:
    first, second = _words(one), _words(two)
    return first in second or second in first


def _words(name: str) -> str:
    """A name's words with a space around each: as text, so that a part of it is a run of whole words."""
    return " ".join(["", *re.findall(r"[^\W_]+", name.casefold()), ""])


def from_folder(folder: Path, side: int, resize: str, most: int = 10_000) -> OutOfDistribution:
    """The pictures of a folder and the folders in it, each seen whole; unreadable files are counted.

    Raises:
        DatasetError: it holds no picture that can be read.
    """
    found, unreadable = [], 0
    for path in files_below(str(folder)):
        try:
            read = images.load(path, name=os.path.basename(path), needed=side)
        except PictureError:
            unreadable += 1
            continue
        found.append(images.resize(read.pixels, side, resize))
        if len(found) == most:
            break
    if not found:
        raise DatasetError(
            f"The folder {folder}",
            "holds no picture that can be read",
            received=counted(unreadable, "file"),
            cure="Name a folder of pictures that show none of the classes with --out-of-distribution.",
        )
    said = f" ({counted(unreadable, 'file')} could not be read)" if unreadable else ""
    return OutOfDistribution(
        folder.name or str(folder), f"the pictures in {folder.name or folder}{said}", np.stack(found)
    )
