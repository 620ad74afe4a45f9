"""How well the bundled model for cameras tells its classes apart, through the file that ships.

On CIFAR-10's test pictures and on 100 pictures of each class of CIFAR-100 that shows one of its own, none of
which it was made with; on classes of CIFAR-100 that it was never shown; and on the sample photographs.

    python -m benchmarks.models.watch_model
"""

import json

import numpy as np

from benchmarks.backbone.features import HELD_OUT, others
from benchmarks.backbone.watch import CLASSES, test_pictures
from benchmarks.record import interval, out_of_distribution, photos, write
from tenfold import metrics, modelfile
from tenfold.datasets.cifar10 import CLASSES as TEN
from tenfold.evaluation.evaluate import model_outputs
from tenfold.inference import Classifier

# Sample photographs of nothing of the ten that show one of the others, by a part of their names; what may be
# called by one of its names or not is left out.
SHOWN = {
    "Arctic_fox": "fox",
    "minibus": "bus",
    "pickup": "truck",
    "obama1": "person",
    "obama2": "person",
    "john2": "person",
    "camera": "person",
}
UNCLEAR = ("hoopskirt", "police_van", "dhole", "tank")
Row = dict[str, str]


def row(what: str, value: str, n: int, peer: str = "") -> Row:
    return {"what": what, "value": value, "n": f"{n:,}", "peer": peer}


def share(right: int, count: int) -> str:
    return interval(metrics.share(right, count))


def held_out(model: Classifier) -> list[Row]:
    """On pictures of 32 pixels, which the model file enlarges; most figures are those of its report."""
    report = json.loads(modelfile.bundled("watch").with_name("watch-report.json").read_bytes())
    assert report["model"]["sha256"] == model.sha256
    confusion = np.array(report["confusion"])
    counts, right = confusion.sum(1), confusion.diagonal()
    ten, of_all = len(TEN), int(counts.sum())
    test, random = test_pictures(), np.random.default_rng(1)
    known = model_outputs(model, test.pictures[random.permutation(len(test))[:1000]]).novelty
    strange = model_outputs(model, others(HELD_OUT, 100)[0]).novelty
    rows = [
        row(
            "the ten classes of CIFAR-10 told, pickup trucks among them",
            share(right[:ten].sum(), counts[:ten].sum()),
            counts[:ten].sum(),
        ),
        row("the eight others told", share(right[ten:].sum(), counts[ten:].sum()), counts[ten:].sum()),
        row(
            "mean of the 18 classes",
            f"{np.mean(right / counts):.1%}",
            of_all,
            f"calibration error {report['calibration_error']:.1%}",
        ),
        row("known pictures not called none of these", f"{report['kept']:.1%}", of_all),
        row(
            "pictures of 20 classes that it was never shown called none of these",
            share(int((strange > model.info.threshold).sum()), len(strange)),
            len(strange),
            f"AUROC {metrics.auroc(known, strange):.3f} against {len(known):,} known ones",
        ),
    ]
    for k, label in enumerate(CLASSES):
        taken = np.where(np.arange(len(CLASSES)) == k, 0, confusion[k])
        most = [f"{CLASSES[j]} {taken[j] / counts[k]:.1%}" for j in taken.argsort()[::-1][:3] if taken[j]]
        precision = f"; precision {report['classes'][label]['precision']:.1%}"
        rows.append(
            row(label, share(right[k], counts[k]), counts[k], f"taken for {', '.join(most)}{precision}")
        )
    return rows


def photographs(model: Classifier) -> list[Row]:
    """On the sample photographs."""
    known = photos()
    answers = [model.classify(path) for path, _ in known]
    right = np.array([one.label == label for one, (_, label) in zip(answers, known, strict=True)])
    kept = np.array([one.known for one in answers])
    shown, strange = [], []
    for path in out_of_distribution():
        label = next((label for part, label in SHOWN.items() if part in path.name), None)
        answer = model.classify(path)
        if label is not None:
            shown.append((path.stem, label, answer))
        elif not any(part in path.name for part in UNCLEAR):
            strange.append(answer)
    told = np.array([one.known and one.label == label for _, label, one in shown])
    said = [f"{name}: {one.label if one.known else 'none of these'}" for name, label, one in shown]
    refused = np.array([not one.known for one in strange])
    novelty = (np.array([one.novelty for one in some]) for some in (answers, strange))
    return [
        row("photographs of the ten right", share(int(right.sum()), len(right)), len(right)),
        row("photographs of the ten not called none of these", share(int(kept.sum()), len(kept)), len(kept)),
        row(
            "photographs of its other classes told",
            share(int(told.sum()), len(told)),
            len(told),
            "; ".join(said),
        ),
        row(
            "photographs of other things called none of these",
            share(int(refused.sum()), len(refused)),
            len(refused),
            f"AUROC {metrics.auroc(*novelty):.3f}",
        ),
    ]


def main() -> None:
    model = Classifier("watch")
    write(__file__, [*held_out(model), *photographs(model)])


if __name__ == "__main__":
    main()
