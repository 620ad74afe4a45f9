""" "None of these": which score tells out-of-distribution pictures from known ones; what the threshold costs.

Scores are compared, and chosen, on validation pictures against made-up out-of-distribution pictures: blends
of two classes, pictures cut in pieces and shuffled, and details enlarged until nothing is left to recognise.
The photographs of samples only report: photos_none_of_the_ten against photos, views combined as `Classifier`
does.

    python -m benchmarks.models.none_of_these [--model FILE]
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.models.views import stage
from benchmarks.record import DATA, out_of_distribution, photos, write
from tenfold import metrics
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import split
from tenfold.evaluation import novelty
from tenfold.evaluation.out_of_distribution import MADE_UP
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.modelfile import ModelInfo

Pictures = NDArray[np.uint8]
Score = tuple[int, float]  # neighbours, mix
SCORES: list[Score] = [(k, mix) for k in (1, 5, 20) for mix in (0.0, 0.25, 0.5, 1.0, 2.0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("cifar10"))
    parser.add_argument("--pictures", type=int, default=1500)
    options = parser.parse_args()
    classifier = Classifier(options.model)
    random = np.random.default_rng(1)
    training, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    validation = validation.take(random.permutation(len(validation))[: options.pictures])
    source = training.take(random.permutation(len(training))[: 4 * options.pictures])
    centres = novelty.prototypes(classifier.raw(source.pictures)[1], source.labels, 100)

    def outputs(pictures: Pictures) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        probabilities, embedding, _, _ = classifier.raw(pictures)
        return embedding, probabilities

    known = outputs(validation.pictures)
    made_up = {kind: outputs(make(validation, random)) for kind, _, make in MADE_UP}
    n = f"{options.pictures:,} validation pictures and as many of each kind"
    doubt = row(
        "maximum softmax",
        {k: metrics.auroc(1 - known[1].max(1), 1 - out[1].max(1)) for k, out in made_up.items()},
        n,
    )
    rows = [doubt]
    for neighbours, mix in SCORES:
        base = novelty.novelty(*known, centres, neighbours, mix)
        each = {
            kind: metrics.auroc(base, novelty.novelty(*out, centres, neighbours, mix))
            for kind, out in made_up.items()
        }
        rows.append(row(f"{neighbours} neighbours and {mix} of the doubt", each, n))
    staged = [classifier.prepare(stage(picture, random)) for picture in validation.pictures]
    kept = metrics.share(sum(p.known for p in classifier.run(staged)), len(staged))
    rows.append(
        {
            "what": "Staged validation pictures, six views each, not called none of these",
            "value": str(kept),
            "n": f"{len(staged):,}",
            "peer": kept_by_choice(classifier.info),
        }
    )
    ours = [classifier.prepare(path) for path, _ in photos()]
    theirs = [classifier.prepare(path) for path in out_of_distribution()]
    rows += on_photographs(classifier, ours, theirs)
    write(__file__, rows)


def kept_by_choice(info: ModelInfo) -> str:
    """What a model's threshold was chosen to keep."""
    pictures = info.training.get("threshold_chosen_on", "the validation pictures")
    return f"chosen to be {info.known_rate:.0%} of {pictures}"


def row(score: str, each: dict[str, float], n: str) -> dict[str, str]:
    """One way to score strangeness: its AUROC over the kinds of made-up out-of-distribution pictures."""
    return {
        "what": f"AUROC of {score}, made-up out-of-distribution pictures",
        "value": f"{np.mean(list(each.values())):.3f}",
        "n": n,
        "peer": ", ".join(f"{kind} {value:.3f}" for kind, value in each.items()),
    }


def on_photographs(
    classifier: Classifier, ours: list[Prepared], theirs: list[Prepared]
) -> list[dict[str, str]]:
    """The rows on photographs, by the model file's own score and threshold."""
    known, strange = classifier.run(ours), classifier.run(theirs)
    value = metrics.auroc(np.array([p.novelty for p in known]), np.array([p.novelty for p in strange]))
    softmax = metrics.auroc(
        np.array([1 - p.confidence for p in known]), np.array([1 - p.confidence for p in strange])
    )
    kept = metrics.share(sum(p.known for p in known), len(known))
    caught = metrics.share(sum(not p.known for p in strange), len(strange))
    n = f"{len(known)} and {len(strange)} photographs"
    return [
        {
            "what": "AUROC of novelty, unrelated photographs against photographs of the ten",
            "value": f"{value:.3f}",
            "n": n,
            "peer": f"maximum softmax {softmax:.3f}",
        },
        {"what": "Photographs of the ten not called none of these", "value": str(kept), "n": n, "peer": ""},
        {"what": "Unrelated photographs called none of these", "value": str(caught), "n": n, "peer": ""},
    ]


if __name__ == "__main__":
    main()
