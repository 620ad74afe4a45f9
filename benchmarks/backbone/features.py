"""EfficientNet-Lite0's features of staged pictures, computed once and kept in a folder.

    python -m benchmarks.backbone.features [--cache FOLDER]

Needs CIFAR-10 and `../shared/cifar-100-part`. About 35 pictures/s on 2 cores.
"""

import argparse
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.backbone import staging
from benchmarks.backbone.front import front
from benchmarks.record import DATA
from benchmarks.training.cifar100_part import LEFT_OUT, class_names, pictures_of
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import split

Pixels = NDArray[np.uint8]
CACHE = Path("data/backbone")
# In each file of the cache.
CHUNK = 500
# At a time through the network.
RUN = 25
# Classes of cifar-100-part that are never learned from: they stand for what nobody has seen. Drawn by lot.
HELD_OUT = (
    "bear", "bowl", "camel", "cockroach", "dolphin", "keyboard", "lizard", "mountain", "mushroom", "orchid",
    "pine_tree", "plate", "raccoon", "road", "seal", "skyscraper", "table", "telephone", "tiger", "whale",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Part:
    """Pictures of one purpose. labels: of CIFAR-10, or where `names` are given, places there."""

    name: str
    make: staging.Make
    pictures: Pixels
    labels: NDArray[np.int64]
    names: tuple[str, ...] = ()


def others(names: tuple[str, ...], most: int) -> tuple[Pixels, NDArray[np.int64]]:
    """The first pictures of classes of cifar-100-part, and each one's place in `names`."""
    found = [pictures_of(name)[:most] for name in names]
    labels = np.concatenate([np.full(len(one), place) for place, one in enumerate(found)])
    return np.concatenate(found), labels


def learned_classes() -> tuple[str, ...]:
    """The classes of cifar-100-part that stand for everything else."""
    return tuple(name for name in class_names() if name not in (*HELD_OUT, *LEFT_OUT))


def parts() -> list[Part]:
    """All that `photo` is fitted to, chosen on and reported on."""
    training, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    test = cifar10.load_test(DATA)
    random = np.random.default_rng(1)
    training = training.take(random.permutation(len(training))[:16_000])
    validation = validation.take(random.permutation(len(validation))[:2_500])
    learned = learned_classes()
    outliers, held = others(learned, 90), others(HELD_OUT, 100)
    blank = training.pictures[:1500], np.zeros(1500, np.int64)
    return [
        Part("validation-framed", staging.framed, validation.pictures[:2_000], validation.labels[:2_000]),
        Part("validation-plain", staging.plain, validation.pictures, validation.labels),
        Part("training-staged", staging.staged, training.pictures[:12_000], training.labels[:12_000]),
        Part("outliers-staged", staging.staged, *outliers, names=learned),
        Part("outliers-held-out", staging.framed, *held),
        Part("nothing", staging.nothing, *blank),
        Part("training-plain", staging.plain, training.pictures[12_000:], training.labels[12_000:]),
        Part("outliers-plain", staging.plain, outliers[0][::3], outliers[1][::3], names=learned),
        Part("test-plain", staging.plain, test.pictures, test.labels),
    ]


def pictures(part: Part) -> Iterator[Pixels]:
    """The staged pictures of a part, a chunk at a time; each chunk is the same at every call."""
    for number in range(-(-len(part.pictures) // CHUNK)):
        yield chunk(part, number)


def chunk(part: Part, number: int) -> Pixels:
    """One chunk of a part's staged pictures, uint8 `[n, 192, 192, 3]`."""
    start = number * CHUNK
    random = np.random.default_rng([zlib.crc32(part.name.encode()), start])
    return np.stack([part.make(one, random) for one in part.pictures[start : start + CHUNK]])


def features(part: Part, cache: Path, session: onnxruntime.InferenceSession) -> NDArray[np.float32]:
    """The feature of each picture, float32 `[N, 1280]`, from the cache where it is there."""
    cache.mkdir(parents=True, exist_ok=True)
    found = []
    for number in range(-(-len(part.pictures) // CHUNK)):
        path = cache / f"{part.name}-{number:03}.npy"
        if not path.exists():
            shown = chunk(part, number)
            runs = [
                session.run(["backbone_feature"], {"image": shown[i : i + RUN]})[0]
                for i in range(0, len(shown), RUN)
            ]
            begun = path.with_suffix(".part")
            with begun.open("wb") as file:
                np.save(file, np.concatenate(runs).astype(np.float16))
            begun.rename(path)
        found.append(np.load(path))
    return np.concatenate(found).astype(np.float32)


def of_pixels(
    part: Part, session: onnxruntime.InferenceSession
) -> Iterator[tuple[Pixels, NDArray[np.float32]]]:
    """The front's `small` and `detail` of a part, some pictures at a time; both hang on the pixels alone."""
    # Without it the whole network would run for them.
    options = onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True
    for shown in pictures(part):
        for some in np.array_split(shown, -(-len(shown) // RUN)):
            small, detail = session.run(["small", "detail"], {"image": some}, options)
            yield small, detail


def details(part: Part, cache: Path, session: onnxruntime.InferenceSession) -> NDArray[np.float32]:
    """The detail of each picture, float32 `[N]`, from the cache where it is there."""
    path = cache / f"{part.name}-detail.npy"
    if not path.exists():
        np.save(path, np.concatenate([detail for _, detail in of_pixels(part, session)]))
    return np.asarray(np.load(path))


def session() -> onnxruntime.InferenceSession:
    """The backbone at work."""
    return onnxruntime.InferenceSession(front().SerializeToString(), providers=["CPUExecutionProvider"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parser.parse_args()
    os.nice(10)
    backbone = session()
    for part in parts():
        print(part.name, features(part, options.cache, backbone).shape, flush=True)


if __name__ == "__main__":
    main()
