"""Opening a folder of pictures for the first time and again, beside a plain loop over Pillow.

The photographs are those of ../shared/samples; the small pictures are CIFAR-10's test pictures as PNG files.
Each first opening has an empty cache; the files themselves are in the system's memory in every case.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps

from benchmarks import record
from tenfold.datasets import cifar10
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.opening import open_dataset

SIDE = 96
Result = TypeVar("Result")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="how often each is measured")
    parser.add_argument("--small", type=int, default=5000, help="how many small pictures")
    options = parser.parse_args()
    rows = []
    with TemporaryDirectory(prefix="tenfold-") as name:
        small = _written(Path(name) / "small", options.small)
        for what, folder in (("photographs", record.SAMPLES / "photos"), ("pictures of 32 x 32", small)):
            rows += measured(what, folder, Path(name) / "cache", options.repeats)
    record.write(__file__, rows)


def measured(what: str, folder: Path, caches: Path, repeats: int) -> list[dict[str, str]]:
    """Rows for one folder: pictures a second by the first and the second opening, and by the loop."""
    files = sorted(path for path in folder.glob("*/*") if path.is_file())
    _loop(files)  # the files come into the system's memory
    first, second, loop = [], [], []
    for number in range(repeats):
        cache = caches / f"{what}-{number}"
        one, seconds = _timed(partial(_opened, folder, cache))
        first.append(len(files) / seconds)
        other, seconds = _timed(partial(_opened, folder, cache))
        second.append(len(files) / seconds)
        assert one.fingerprint == other.fingerprint
        loop.append(len(files) / _timed(partial(_loop, files))[1])
    n = f"{len(files):,} {what}, {repeats} times"
    peer = f"a loop over Pillow: {record.spread(loop, 'pictures/s', 0)}"
    return [
        {
            "what": f"{place} opening, {what}",
            "value": record.spread(speeds, "pictures/s", 0),
            "n": n,
            "peer": peer,
        }
        for place, speeds in (("first", first), ("second", second))
    ]


def _opened(folder: Path, cache: Path) -> Dataset:
    """Opened, and every picture read once, as an epoch does."""
    data = open_dataset(str(folder), side=SIDE, data_dir=folder, cache=cache)
    for part in (data.training, data.validation, data.test):
        np.asarray(part.pictures).sum()
    return data


def _loop(files: list[Path]) -> None:
    for file in files:
        with Image.open(file) as image:
            image.draft("RGB", (8 * SIDE, 8 * SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            np.asarray(upright.resize((SIDE, SIDE), Image.Resampling.BILINEAR)).sum()


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _written(folder: Path, count: int) -> Path:
    test = cifar10.load_test(record.DATA)
    for number, (picture, label) in enumerate(zip(test.pictures[:count], test.labels, strict=False)):
        place = folder / test.classes[label]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{number}.png")
    return folder


if __name__ == "__main__":
    main()
