"""How right, how honest and how fast the bundled models are on photographs: `photo` beside `cifar10`.

No weight was fitted to the photographs of `../shared/samples`, but three settings of photo were decided after
looking at them (docs/explanation/photo.md), so its figures here are somewhat too good. ImageNet's photographs
among them (their names hold its numbers) were seen by the backbone: figures stand with and without them.

    python -m benchmarks.models.photographs [--without-times]
"""

import argparse
import re
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.backbone.features import HELD_OUT, others
from benchmarks.record import DATA, interval, out_of_distribution, photos, write
from tenfold import metrics
from tenfold.datasets import cifar10
from tenfold.evaluation.evaluate import model_outputs
from tenfold.images import read
from tenfold.inference import Classifier
from tenfold.predictions import Prediction

MODELS = ("photo", "cifar10", "cifar10-small")
ROUNDS = 7
# Of the truth, to see how large a calibration error chance makes; and of the pictures, for AUROC's interval.
DRAWS = 1000
# Of CIFAR-10's test pictures, beside classes that were never shown.
KNOWN = 1000
# Of the photographs of nothing of the ten: what people might call by one of their names.
ALIKE = re.compile(r"dhole|hyena|fox|newt|salamander|axolotl|minibus|pickup|police_van|tank|rocket|dock")
OF_IMAGENET = re.compile(r"n\d{8}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-times", action="store_true", help="leave the times as they were measured")
    without_times = parser.parse_args().without_times
    known, unknown = photos(), out_of_distribution()
    models = {name: Classifier(name, threads=1) for name in MODELS}
    answers: dict[str, tuple[list[Prediction], list[Prediction]]] = {
        name: (
            [model.classify(path) for path, _ in known],
            [model.classify(path) for path in unknown],
        )
        for name, model in models.items()
    }
    rows: list[dict[str, str]] = []
    for name in MODELS:
        others = [one for one in MODELS if one != name]
        rows += _rows(name, others[0], known, unknown, answers)
    rows += [_never_shown(name, models[name]) for name in MODELS]
    if not without_times:
        rows.append(_times(models, [read(path, needed=384) for path, _ in known[::5]]))
    write(__file__, rows, others=without_times)


def _times(models: dict[str, Classifier], pixels: list[NDArray[np.uint8]]) -> dict[str, str]:
    """How long the models take for decoded photographs, in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            start = time.thread_time()
            for one in pixels:
                model.classify(one)
            seconds[name].append((time.thread_time() - start) / len(pixels))
    ratio = [one / other for one, other in zip(seconds["cifar10"], seconds["photo"], strict=True)]
    return {
        "what": "photographs classified by photo while cifar10 classifies one, decoded, "
        "processor time of one thread",
        "value": f"{np.median(ratio):.2f} ({min(ratio):.2f} to {max(ratio):.2f})",
        "n": f"{ROUNDS} rounds of {len(pixels)}",
        "peer": ", ".join(f"{name} {min(found) * 1e3:.0f} ms" for name, found in seconds.items()),
    }


def _rows(
    name: str,
    other: str,
    known: list[tuple[Path, str]],
    unknown: list[Path],
    answers: dict[str, tuple[list[Prediction], list[Prediction]]],
) -> list[dict[str, str]]:
    rows = []
    for which, wanted in (("all", None), ("not of ImageNet", False)):
        chosen = [
            n for n, (path, _) in enumerate(known) if wanted is None or not OF_IMAGENET.search(path.name)
        ]
        right = {one: sum(answers[one][0][n].label == known[n][1] for n in chosen) for one in (name, other)}
        found = metrics.share(right[name], len(chosen))
        rows.append(
            {
                "what": f"{name}: photographs right, {which}",
                "value": interval(found),
                "n": f"{len(chosen)}",
                "peer": f"{other} {right[other] / len(chosen):.1%}",
            }
        )
    labels = [label for _, label in known]
    classes = sorted(set(labels))
    truth = np.array([classes.index(label) for label in labels])
    said = np.array([[one.probabilities[k] for k in classes] for one in answers[name][0]])
    per_class = {k: int((said.argmax(1)[truth == n] == n).sum()) for n, k in enumerate(classes)}
    worst = min(per_class, key=lambda k: per_class[k] / labels.count(k))
    rows.append(
        {
            "what": f"{name}: worst class",
            "value": f"{worst}, {per_class[worst]} of {labels.count(worst)}: "
            + interval(metrics.share(per_class[worst], labels.count(worst))),
            "n": f"{len(known)}",
            "peer": "",
        }
    )
    drawn = _error_of_the_calibrated(said)
    rows.append(
        {
            "what": f"{name}: calibration error on photographs",
            "value": f"{metrics.calibration_error(truth, said):.1%}",
            "n": f"{len(known)}",
            "peer": f"if its probabilities were exact: {drawn[1]:.1%} ({drawn[0]:.1%} to {drawn[2]:.1%})",
        }
    )
    novelty = np.array([one.novelty for one in answers[name][0]])
    strange = np.array([one.novelty for one in answers[name][1]])
    alike = np.array([bool(ALIKE.search(path.name)) for path in unknown])
    refused = np.array([not one.known for one in answers[name][1]])
    rows += [
        _told(f"{name}: unrelated photographs", novelty, strange[~alike], refused[~alike]),
        _told(f"{name}: photographs of look-alikes", novelty, strange[alike], refused[alike]),
    ]
    kept = metrics.share(sum(one.known for one in answers[name][0]), len(known))
    rows.append(
        {
            "what": f"{name}: photographs of the ten not called none of these",
            "value": interval(kept),
            "n": f"{len(known)}",
            "peer": "",
        }
    )
    return rows


def _never_shown(name: str, model: Classifier) -> dict[str, str]:
    """What it says of the classes of CIFAR-100 that no model was shown."""
    test = cifar10.load_test(DATA)
    known = test.take(np.random.default_rng(1).permutation(len(test))[:KNOWN])
    strange = model_outputs(model, others(HELD_OUT, 100)[0]).novelty.astype(np.float64)
    return _told(
        f"{name}: pictures of {len(HELD_OUT)} classes that it was never shown",
        model_outputs(model, known.pictures).novelty.astype(np.float64),
        strange,
        strange > model.info.threshold,
    )


def _error_of_the_calibrated(said: NDArray[np.float64]) -> tuple[float, float, float]:
    """2.5, 50 and 97.5 % of the calibration error where the truth is drawn by the probabilities themselves.

    So large it is by chance alone on so few pictures.
    """
    random = np.random.default_rng(0)
    classes = np.arange(said.shape[1])
    errors = [
        metrics.calibration_error(np.array([random.choice(classes, p=one / one.sum()) for one in said]), said)
        for _ in range(DRAWS)
    ]
    low, middle, high = np.percentile(errors, (2.5, 50, 97.5))
    return float(low), float(middle), float(high)


def _told(
    what: str, ordinary: NDArray[np.float64], strange: NDArray[np.float64], refused: NDArray[np.bool_]
) -> dict[str, str]:
    found = metrics.share(int(refused.sum()), len(refused))
    return {
        "what": f"{what} called none of these",
        "value": interval(found),
        "n": f"{len(refused)}",
        "peer": f"AUROC {metrics.auroc(ordinary, strange):.3f} ({_auroc_interval(ordinary, strange)})",
    }


def _auroc_interval(ordinary: NDArray[np.float64], strange: NDArray[np.float64]) -> str:
    """The middle 95 % of what other pictures of both kinds would give: these, drawn anew (bootstrap)."""
    random = np.random.default_rng(0)
    drawn = [
        metrics.auroc(random.choice(ordinary, len(ordinary)), random.choice(strange, len(strange)))
        for _ in range(DRAWS)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{low:.3f} to {high:.3f}"


if __name__ == "__main__":
    main()
