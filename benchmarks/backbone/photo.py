"""Build `photo`, the bundled model for photographs, from three kinds of knowledge.

    python -m benchmarks.backbone.photo [--cache FOLDER] [--output FILE]

What CIFAR-10's pictures teach a head on EfficientNet-Lite0's feature, what ImageNet's classes add up to, and
what the network of 32 pixels says: they fail in different places, so their logarithms are added (a product of
experts, Hinton 2002). All is fitted to staged pictures of CIFAR-10 and CIFAR-100; what was decided after a
look at photographs stands in docs/explanation/photo.md.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.backbone import assemble, imagenet_classes
from benchmarks.backbone.features import CACHE, HELD_OUT, features, of_pixels, parts, session
from benchmarks.backbone.front import pretrained
from benchmarks.backbone.head import (
    FLOOR,
    IMAGENET_WEIGHT,
    KNOWN_RATE,
    SCALE,
    Floats,
    Head,
    Mix,
    answers,
    fit,
    known,
    pooled,
    weights,
)
from benchmarks.backbone.ship import ship
from benchmarks.backbone.staging import SIDE
from benchmarks.record import DATA, ROOT
from tenfold import __version__, metrics, modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.cifar10 import NAMES
from tenfold.datasets.labelled import split
from tenfold.evaluation.calibration import fit_temperature
from tenfold.evaluation.novelty import threshold
from tenfold.export import partial
from tenfold.modelfile import ClassName, ModelInfo

SMALL_MODEL = "cifar10"
DECAYS = (1e-3, 3e-3, 1e-2)
# What the small network weighs where a picture has no more detail than it sees; chosen on staged validation
# pictures.
SMALL_WEIGHTS = (0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, eq=False)
class Kinds:
    """What each kind of knowledge says of N pictures: `[N, 11]`, `[N, 10]`, `[N, 10]`; and `detail` `[N]`."""

    learned: Floats
    folded: Floats
    small: Floats
    detail: Floats

    def answers(self, mix: Mix) -> Floats:
        """Probabilities `[N, 10]`, as the model file gives them."""
        return np.asarray(self._probabilities(mix).numpy())

    def logits(self, small_weight: float) -> Floats:
        """Before they are divided by the temperature."""
        inside = self.learned[:, :-1] / (1 - self.learned[:, -1:] + 1e-8)
        learned, folded, small = map(torch.from_numpy, (inside, self.folded, self.small))
        imagenet_weight, weight = weights(torch.from_numpy(self.detail), small_weight)
        return np.asarray((pooled(learned, folded, imagenet_weight) + weight * (small + FLOOR).log()).numpy())

    def novelty(self, mix: Mix) -> Floats:
        """As the model file gives it."""
        parts = map(torch.from_numpy, (self.detail, self.folded.sum(1), 1 - self.learned[:, -1]))
        return np.asarray(1 - self.answers(mix).max(1) * known(*parts).sqrt().numpy(), np.float32)

    def _probabilities(self, mix: Mix) -> Tensor:
        return functional.softmax(torch.from_numpy(self.logits(mix.small_weight)) / mix.temperature, dim=1)


class Material:
    """The parts' features and answers, from the cache where they are there."""

    def __init__(self, cache: Path) -> None:
        self.cache, self.parts = cache, {part.name: part for part in parts()}
        self._backbone = session()
        self._small = onnxruntime.InferenceSession(
            modelfile.bundled(SMALL_MODEL), providers=["CPUExecutionProvider"]
        )
        self._named = pretrained().head

    def features(self, name: str) -> Floats:
        """`[N, 1280]`."""
        return features(self.parts[name], self.cache, self._backbone)

    def kinds(self, name: str, head: Head) -> Kinds:
        """What the three say of a part."""
        found = self.features(name)
        with torch.no_grad():
            logits = self._named(torch.from_numpy(found))
        folded = imagenet_classes.folded(logits, imagenet_classes.CIFAR10)
        return Kinds(answers(head, found), np.asarray(folded.numpy()), *self._of_pixels(name))

    def _of_pixels(self, name: str) -> tuple[Floats, Floats]:
        """The small model's probabilities and the detail of a part."""
        path = self.cache / f"{name}-{SMALL_MODEL}.npz"
        if not path.exists():
            answered, details = [], []
            for small, detail in of_pixels(self.parts[name], self._backbone):
                answered.append(self._small.run(["probabilities"], {"image": small})[0])
                details.append(detail)
            np.savez(path, small=np.concatenate(answered), detail=np.concatenate(details))
        kept = np.load(path)
        return kept["small"], kept["detail"]


def build(head: Head, mix: Mix) -> bytes:
    """The network of the model file."""
    content, info = modelfile.read(modelfile.bundled(SMALL_MODEL))
    small = onnx.load_from_string(content)
    del small.metadata_props[:]
    partial.take_out(small)
    return assemble.model(head, mix, imagenet_classes.CIFAR10, small, info.temperature)


def choose(material: Material) -> tuple[Head, Mix]:
    """The head and the mix that do best on staged validation pictures, as printed."""
    known = [material.features(name) for name in ("training-staged", "training-plain")]
    labels = [material.parts[name].labels for name in ("training-staged", "training-plain")]
    others = [material.features(name) for name in ("outliers-staged", "outliers-plain", "nothing")]
    framed, plain = (material.parts[name].labels for name in ("validation-framed", "validation-plain"))
    best: tuple[float, Head, Mix] | None = None
    for decay in DECAYS:
        head = fit(np.concatenate(known), np.concatenate(labels), np.concatenate(others), decay, 10)
        both = material.kinds("validation-framed", head), material.kinds("validation-plain", head)
        for weight in SMALL_WEIGHTS:
            logits = np.concatenate([one.logits(weight) for one in both])
            mix = Mix(weight, fit_temperature(np.concatenate([framed, plain]), logits))
            right = [
                float((one.answers(mix).argmax(1) == truth).mean())
                for one, truth in zip(both, (framed, plain), strict=True)
            ]
            print(
                f"decay {decay:g}, small {weight}: framed {right[0]:.4f}, plain {right[1]:.4f}, "
                f"temperature {mix.temperature:.3f}"
            )
            if best is None or sum(right) > best[0]:
                best = sum(right), head, mix
    assert best is not None
    return best[1], best[2]


def report(material: Material, head: Head, mix: Mix) -> float:
    """Print what the staged pictures say; returns the threshold."""
    framed, plain = material.kinds("validation-framed", head), material.kinds("validation-plain", head)
    limit = threshold(plain.novelty(mix), KNOWN_RATE)
    for name in ("outliers-held-out", "nothing"):
        novelty = material.kinds(name, head).novelty(mix)
        auroc = metrics.auroc(framed.novelty(mix), novelty)
        print(f"{name}: AUROC {auroc:.3f}, refused {(novelty > limit).mean():.3f}, n = {len(novelty):,}")
    for name in ("validation-framed", "validation-plain"):
        kinds, truth = material.kinds(name, head), material.parts[name].labels
        answered = kinds.answers(mix)
        ece = metrics.calibration_error(truth, answered)
        kept = (kinds.novelty(mix) <= limit).mean()
        print(f"{name}: right {(answered.argmax(1) == truth).mean():.4f}, ECE {ece:.4f}, kept {kept:.3f}")
    return limit


def facts(material: Material, mix: Mix, limit: float) -> ModelInfo:
    """What the file says of itself, without scores."""
    _, small = modelfile.read(modelfile.bundled(SMALL_MODEL))
    held = ", ".join(HELD_OUT)
    return ModelInfo(
        name="photo",
        classes=tuple(ClassName(label, names) for label, names in NAMES.items()),
        input_size=SIDE,
        resize="bicubic",
        views="centre",
        temperature=mix.temperature,
        threshold=limit,
        known_rate=KNOWN_RATE,
        network={
            "name": "photo",
            "parts": "EfficientNet-Lite0 with ImageNet's weights, a head on its feature, and cifar10",
            "imagenet_classes": {label: list(found) for label, found in imagenet_classes.CIFAR10.items()},
            "imagenet_weight": IMAGENET_WEIGHT,
            "small_weight": mix.small_weight,
            "head": {"weight": "combine_head_weight", "scale": SCALE},
        },
        training={
            **_counts(material),
            "others": "79 classes of CIFAR-100, textures, plain colours, letters, noise, half-decoded files",
            "held_out": f"classes of CIFAR-100 that it was never shown: {held}",
            "how": "python -m benchmarks.backbone.photo",
        },
        data_fingerprint=small.data_fingerprint,
        scores={},
        licence="Apache-2.0",
        tenfold_version=__version__,
    )


def _counts(material: Material) -> dict[str, dict[str, int]]:
    """How many pictures it was fitted to, and on how many it was chosen or judged."""
    counts = {name: len(part.pictures) for name, part in material.parts.items()}
    judged = {name for name in counts if name.startswith(("validation", "test", "outliers-held-out"))}
    return {
        "learned_from": {name: count for name, count in counts.items() if name not in judged},
        "chosen_or_judged_on": {name: count for name, count in counts.items() if name in judged},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--output", type=Path, default=ROOT / "src" / "tenfold" / "models" / "photo.onnx")
    options = parser.parse_args()
    material = Material(options.cache)
    head, mix = choose(material)
    limit = report(material, head, mix)
    _, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    ship(
        options.output,
        build(head, mix),
        facts(material, mix, limit),
        cifar10.load_test(DATA),
        validation.take(np.arange(2_500)),
        "CIFAR-10",
    )


if __name__ == "__main__":
    main()
