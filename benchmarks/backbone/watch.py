"""Build `watch`, the bundled model for cameras: CIFAR-10's classes, and what else passes before a camera.

    python -m benchmarks.backbone.watch [--cache FOLDER] [--output FILE]

The same backbone as `photo`, with a head that learned from CIFAR-10 and from classes of CIFAR-100, and
ImageNet's classes added up. Of each class of CIFAR-100, 350 pictures are learned from, 50 are chosen on, and
100 are left to test the finished file on, beside CIFAR-10's test pictures. The report is written beside it.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.backbone import assemble, imagenet_classes, staging
from benchmarks.backbone.features import CACHE, HELD_OUT, Part, details, features, others, parts, session
from benchmarks.backbone.front import pretrained
from benchmarks.backbone.head import (
    IMAGENET_WEIGHT,
    KNOWN_RATE,
    SCALE,
    Floats,
    Head,
    Mix,
    answers,
    fit,
    known,
    named,
    pooled,
    weights,
)
from benchmarks.backbone.ship import ship
from benchmarks.record import DATA, ROOT
from tenfold import __version__, metrics
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.calibration import fit_temperature, softmax
from tenfold.evaluation.novelty import threshold
from tenfold.modelfile import ClassName, ModelInfo

# Our classes beside CIFAR-10's in three languages, and the classes of CIFAR-100 that show them.
ADDED = {
    "person": (
        {"en": "person", "uk": "людина", "ru": "человек"},
        ("baby", "boy", "girl", "man", "woman"),
    ),
    "bicycle": ({"en": "bicycle", "uk": "велосипед", "ru": "велосипед"}, ("bicycle",)),
    "motorcycle": ({"en": "motorcycle", "uk": "мотоцикл", "ru": "мотоцикл"}, ("motorcycle",)),
    "bus": ({"en": "bus", "uk": "автобус", "ru": "автобус"}, ("bus",)),
    # A streetcar is a train on a street.
    "train": ({"en": "train", "uk": "потяг", "ru": "поезд"}, ("train", "streetcar")),
    "tractor": ({"en": "tractor", "uk": "трактор", "ru": "трактор"}, ("tractor",)),
    "fox": ({"en": "fox", "uk": "лисиця", "ru": "лиса"}, ("fox",)),
    "wolf": ({"en": "wolf", "uk": "вовк", "ru": "волк"}, ("wolf",)),
}
# People call a pickup truck a truck.
MEMBERS = {label: members for label, (_, members) in ADDED.items()} | {"truck": ("pickup_truck",)}
NAMES = cifar10.NAMES | {label: names for label, (names, _) in ADDED.items()}
CLASSES = tuple(NAMES)
SHOWN = sum(map(len, MEMBERS.values()))
# ImageNet has no class of people, so that what it says of other things is no sign against them.
UNNAMED = ("person",)
# Of each class of CIFAR-100 the first are learned from, the next chosen on, and the last tested on.
LEARNED, CHOSEN = slice(350), slice(350, 400)
TESTED = slice(400, 500)
DECAYS = (3e-4,)
# Pasted edges are detail that no small picture has: the threshold is chosen on plainly enlarged ones.
PLAIN = ("validation-plain", "watch-plain")


def of_cifar100(which: slice) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """These pictures of each class of CIFAR-100 that shows one of ours, and their labels."""
    pictures, labels = [], []
    for label, members in MEMBERS.items():
        for member in members:
            found = others((member,), which.stop)[0][which]
            pictures.append(found)
            labels.append(np.full(len(found), CLASSES.index(label)))
    return np.concatenate(pictures), np.concatenate(labels)


def watch_parts() -> dict[str, Part]:
    """The pictures of CIFAR-100 that are learned from and chosen on, and all parts of `photo`."""
    made = [
        Part("watch-staged", staging.staged, *of_cifar100(LEARNED)),
        Part("watch-staged-again", staging.staged, *of_cifar100(LEARNED)),
        Part("watch-learned-plain", staging.plain, *of_cifar100(LEARNED)),
        Part("watch-framed", staging.framed, *of_cifar100(CHOSEN)),
        Part("watch-plain", staging.plain, *of_cifar100(CHOSEN)),
    ]
    return {part.name: part for part in [*made, *parts()]}


def test_pictures() -> LabelledPictures:
    """CIFAR-10's test pictures, and those of CIFAR-100 that are kept for testing."""
    test, (pictures, labels) = cifar10.load_test(DATA), of_cifar100(TESTED)
    return LabelledPictures(
        np.concatenate([test.pictures, pictures]), np.concatenate([test.labels, labels]), CLASSES
    )


class Material:
    """Features and answers of the parts, from the cache where they are there."""

    def __init__(self, cache: Path) -> None:
        self.cache, self.parts = cache, watch_parts()
        self._backbone = session()
        self._named = pretrained().head

    def features(self, *names: str) -> Floats:
        return np.concatenate([features(self.parts[name], self.cache, self._backbone) for name in names])

    def labels(self, *names: str) -> NDArray[np.int64]:
        return np.concatenate([self.parts[name].labels for name in names])

    def outliers(self) -> Floats:
        """Features of pictures of other things: no class of ours is among them."""
        of_ours = {member for members in MEMBERS.values() for member in members}
        strange = np.array([name not in of_ours for name in self.parts["outliers-staged"].names])
        found = ("outliers-staged", "outliers-plain")
        kept = strange[self.labels(*found)]
        return np.concatenate([self.features(*found)[kept], self.features("nothing")])

    def logits(self, head: Head, *names: str) -> tuple[NDArray[np.floating], Floats]:
        """Before they are divided by the temperature, and how much each picture is one of the classes."""
        found = self.features(*names)
        said = torch.from_numpy(answers(head, found))
        with torch.no_grad():
            folded = imagenet_classes.folded(self._named(torch.from_numpy(found)), imagenet_classes.WATCH)
        detail = torch.from_numpy(
            np.concatenate([details(self.parts[name], self.cache, self._backbone) for name in names])
        )
        inside = 1 - said[:, -1]
        weight, _ = weights(detail, 0.0)
        logits = pooled(said[:, :-1] / (inside[:, None] + 1e-8), folded, weight)
        places = tuple(map(CLASSES.index, UNNAMED))
        return logits.numpy(), known(detail, named(folded, said, places), inside).sqrt().numpy()


def choose(material: Material) -> tuple[Head, Mix, float]:
    """The head, the mix and the threshold that do best on staged pictures that are not learned from."""
    to_learn = (
        *("training-staged", "training-plain"),
        *("watch-staged", "watch-staged-again", "watch-learned-plain"),
    )
    judged = ("validation-framed", "watch-framed", *PLAIN)
    truth = material.labels(*judged)
    of_plain = -len(material.labels(*PLAIN))
    best: tuple[float, Head, Mix, float] | None = None
    features, labels, outliers = material.features(*to_learn), material.labels(*to_learn), material.outliers()
    head = None
    for decay in DECAYS:
        head = fit(features, labels, outliers, decay, len(CLASSES), balanced=True, start=head)
        logits, inside = material.logits(head, *judged)
        mix = Mix(0.0, fit_temperature(truth, logits), tuple(map(CLASSES.index, UNNAMED)))
        said = softmax(logits, mix.temperature)
        right = [float((said.argmax(1) == truth)[truth == k].mean()) for k in range(len(CLASSES))]
        novelty = (1 - said.max(1) * inside).astype(np.float32)
        limit = threshold(novelty[of_plain:], KNOWN_RATE)
        held, of_held = material.logits(head, "outliers-held-out")
        strange = 1 - softmax(held, mix.temperature).max(1) * of_held
        print(
            f"decay {decay:g}: balanced {np.mean(right):.4f}, "
            f"ECE {metrics.calibration_error(truth, said):.4f}, temperature {mix.temperature:.3f}, "
            f"other things refused {np.mean(strange > limit):.3f}, "
            f"AUROC {metrics.auroc(novelty, strange):.3f}"
        )
        print("  " + ", ".join(f"{k} {r:.0%}" for k, r in zip(CLASSES, right, strict=True)), flush=True)
        if best is None or np.mean(right) > best[0]:
            best = float(np.mean(right)), head, mix, limit
    assert best is not None
    return best[1:]


def fingerprint_of(made: dict[str, Part]) -> str:
    """Of the pictures that it learned from, before they were staged, each once, and their labels."""
    learned = [made[name] for name in ("training-staged", "training-plain", "watch-staged")]
    return LabelledPictures(
        np.concatenate([one.pictures for one in learned]),
        np.concatenate([one.labels for one in learned]),
        CLASSES,
    ).fingerprint()


def facts(mix: Mix, limit: float) -> ModelInfo:
    """What the file says of itself, without scores."""
    return ModelInfo(
        name="watch",
        classes=tuple(ClassName(label, names) for label, names in NAMES.items()),
        input_size=staging.SIDE,
        resize="bicubic",
        views="centre",
        temperature=mix.temperature,
        threshold=limit,
        known_rate=KNOWN_RATE,
        network={
            "name": "watch",
            "parts": "EfficientNet-Lite0 with ImageNet's weights, and a head on its feature",
            "imagenet_classes": {label: list(found) for label, found in imagenet_classes.WATCH.items()},
            "imagenet_weight": IMAGENET_WEIGHT,
            "unnamed": list(UNNAMED),
            "head": {"weight": "combine_head_weight", "scale": SCALE},
        },
        training={
            "pictures": f"16,000 of CIFAR-10 and {LEARNED.stop} each of {SHOWN} classes of CIFAR-100",
            "cifar100": {label: ", ".join(members) for label, members in MEMBERS.items()},
            "others": "66 classes of CIFAR-100, textures, plain colours, letters, noise, half-decoded files",
            "held_out": f"classes of CIFAR-100 that it was never shown: {', '.join(HELD_OUT)}",
            "how": "python -m benchmarks.backbone.watch",
        },
        data_fingerprint=fingerprint_of(watch_parts()),
        scores={},
        licence="Apache-2.0",
        tenfold_version=__version__,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--output", type=Path, default=ROOT / "src" / "tenfold" / "models" / "watch.onnx")
    options = parser.parse_args()
    material = Material(options.cache)
    head, mix, limit = choose(material)
    chosen_on = [material.parts[name] for name in PLAIN]
    ship(
        options.output,
        assemble.model(head, mix, imagenet_classes.WATCH, in_bytes=True),
        facts(mix, limit),
        test_pictures(),
        LabelledPictures(
            np.concatenate([part.pictures for part in chosen_on]), material.labels(*PLAIN), CLASSES
        ),
        "CIFAR-10, CIFAR-100",
    )


if __name__ == "__main__":
    main()
