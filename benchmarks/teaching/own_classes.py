"""Own classes from a few pictures: `tenfold teach` beside Teachable Machine's way, on the same features.

Teachable Machine fits one dense layer of 100 units and a softmax on MobileNet's feature with Adam (rate
0.001, 50 epochs, batches of 16), without calibration and without "none of these"; here it gets the same
backbone's feature, so that the heads alone are compared. Four sets: the ten classes of samples/photos, three
of them, ten classes of CIFAR-100 that are easy to tell apart, and ten that are alike (32 pixels, enlarged).
Each row is the mean over random draws of pictures to learn from; what is left of the set judges. Others are
the photographs of none of the ten, and for CIFAR-100 ten classes of which the background shows nothing.
Other pictures of most of the own classes are in the background, without their names. Needs TENFOLD_SHARED.

    python -m benchmarks.teaching.own_classes --backbone FILE
"""

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import interval, out_of_distribution, photos, write
from benchmarks.training.cifar100_part import pictures_of
from tenfold import images, metrics
from tenfold.evaluation.calibration import softmax
from tenfold.inference import Classifier
from tenfold.teaching.teach import teach
from tenfold.workflows.teach import embeddings_of

Floats = NDArray[np.float32]
APART = (
    "apple",
    "bicycle",
    "bottle",
    "chair",
    "elephant",
    "keyboard",
    "mountain",
    "rocket",
    "sunflower",
    "tiger",
)
ALIKE = ("bear", "beaver", "leopard", "lion", "otter", "rabbit", "seal", "squirrel", "tiger", "wolf")
OTHER = ("bowl", "camel", "dolphin", "lizard", "mushroom", "plate", "raccoon", "road", "table", "whale")
THREE = ("cat", "dog", "truck")
# Pictures of a class, after those of which the background was made; draws of what is learned from.
FIRST, EACH, DRAWS = 100, 100, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backbone", type=Path)
    classifier = Classifier(parser.parse_args().backbone)
    rows = []
    for title, features, labels, others in sets(classifier):
        for count in (5, 8) if "photo" in title else (5, 10, 20, 50):
            if count < np.bincount(labels).min():
                rows += compared(title, features, labels, others, count)
        if title == "photographs":
            rows += [every_three(features, labels, others, count) for count in (5, 8)]
    write(__file__, rows)


def sets(classifier: Classifier) -> list[tuple[str, Floats, NDArray[np.int64], Floats]]:
    """Each set's name, embeddings, labels, and the embeddings of pictures of none of them."""
    side = classifier.info.input_size

    def read(path: Path) -> NDArray[np.uint8]:
        return images.resize(images.load(path, needed=side).pixels, side, classifier.info.resize)

    names = sorted({label for _, label in photos()})
    photographs = embeddings_of(classifier, np.stack([read(path) for path, _ in photos()]))
    unknown = embeddings_of(classifier, np.stack([read(path) for path in out_of_distribution()]))
    given = np.array([names.index(label) for _, label in photos()])
    small = {name: embeddings_of(classifier, tiles(name, side)) for name in sorted({*APART, *ALIKE, *OTHER})}
    other = np.concatenate([small[name] for name in OTHER])
    three = np.isin(given, [names.index(name) for name in THREE])
    found = [
        ("photographs", photographs, given, unknown),
        (
            "photographs of three",
            photographs[three],
            np.unique(given[three], return_inverse=True)[1],
            unknown,
        ),
    ]
    for title, chosen in (("CIFAR-100, apart", APART), ("CIFAR-100, alike", ALIKE)):
        labels = np.repeat(np.arange(len(chosen)), EACH)
        found.append((title, np.concatenate([small[name] for name in chosen]), labels, other))
    return found


def tiles(name: str, side: int) -> NDArray[np.uint8]:
    """Pictures of a class of CIFAR-100, enlarged."""
    small = pictures_of(name)[FIRST : FIRST + EACH]
    return np.stack([images.resize(one, side, "bicubic") for one in small])


def compared(
    title: str, features: Floats, labels: NDArray[np.int64], others: Floats, count: int
) -> list[dict[str, str]]:
    """The rows of one set and number of pictures."""
    right: dict[str, list[bool]] = {"ours": [], "theirs": [], "estimated": []}
    kept, refused, sure, seconds, separated = [], [], [], [], []
    classes = int(labels.max()) + 1
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        order = random.permutation(len(labels))
        learned = np.concatenate([order[labels[order] == k][:count] for k in range(classes)])
        rest = np.setdiff1d(order, learned)
        begun = time.perf_counter()
        taught = teach(features[learned], labels[learned], [str(k) for k in range(classes)])
        seconds.append(time.perf_counter() - begun)

        answers = taught.head.logits(features[rest]).argmax(axis=1)
        right["ours"] += (answers == labels[rest]).tolist()
        layer = dense_layer(features[learned], labels[learned], classes, random)
        right["theirs"] += (layer(features[rest]).argmax(axis=1) == labels[rest]).tolist()
        estimate = taught.assessment.accuracy
        assert estimate is not None
        right["estimated"].append(bool(estimate.low <= (answers == labels[rest]).mean() <= estimate.high))
        known, unknown = (taught.rejection.novelty(some) for some in (features[rest], others))
        kept += (known <= taught.threshold).tolist()
        refused += (unknown > taught.threshold).tolist()
        separated.append(metrics.auroc(known, unknown))
        sure += (layer(others).max(axis=1) > 0.5).tolist()
    ours, theirs = (metrics.share(sum(right[who]), len(right[who])) for who in ("ours", "theirs"))
    n = f"{len(right['ours']):,} answers in {DRAWS} draws"
    before = f"teach, {title}, {count} pictures a class"
    return [
        {
            "what": f"{before}: accuracy",
            "value": interval(ours),
            "n": n,
            "peer": f"one dense layer on the same features, as Teachable Machine: {interval(theirs)}",
        },
        {
            "what": f"{before}: unrelated pictures refused",
            "value": interval(metrics.share(sum(refused), len(refused))),
            "n": f"{len(refused):,}, AUROC {np.mean(separated):.3f}",
            "peer": f"{interval(metrics.share(sum(kept), len(kept)))} of {len(kept):,} known ones are kept; "
            f"the dense layer gives {np.mean(sure):.1%} of the unrelated a class with more than 50 %",
        },
        {
            "what": f"{before}: draws whose cross-validated interval held the accuracy on the rest",
            "value": f"{sum(right['estimated'])} of {DRAWS}",
            "n": f"{DRAWS}",
            "peer": f"fitted and cross-validated in {np.median(seconds):.2f} s",
        },
    ]


def every_three(features: Floats, labels: NDArray[np.int64], others: Floats, count: int) -> dict[str, str]:
    """What is refused by each set of three of the ten classes, one draw each: it hangs on the classes.

    Beside it what would be refused if each set's threshold were chosen on the very pictures that judge, so
    that it keeps the share that all sets keep: no rule for the threshold can be expected to do better.
    """
    names = sorted({label for _, label in photos()})
    sets = list(itertools.combinations(range(len(names)), 3))
    known, unknown, cuts = [], [], []
    for number, three in enumerate(sets):
        random = np.random.default_rng(number)
        order = random.permutation(np.flatnonzero(np.isin(labels, three)))
        learned = np.concatenate([order[labels[order] == k][:count] for k in three])
        rest = np.setdiff1d(order, learned)
        taught = teach(features[learned], np.searchsorted(three, labels[learned]), [names[k] for k in three])
        known.append(taught.rejection.novelty(features[rest]))
        unknown.append(taught.rejection.novelty(others))
        cuts.append(taught.threshold)
    kept = np.concatenate([some <= cut for some, cut in zip(known, cuts, strict=True)])
    refused = np.stack([some > cut for some, cut in zip(unknown, cuts, strict=True)])
    best = np.stack([some > np.quantile(own, kept.mean()) for some, own in zip(unknown, known, strict=True)])
    shares, keeps = refused.mean(axis=1), metrics.share(int(kept.sum()), len(kept))
    spread = np.quantile(shares, (0.1, 0.5, 0.9))
    has = np.array([[k in three for three in sets] for k in range(len(names))])
    worst = int(np.argmin([shares[one].mean() for one in has]))
    return {
        "what": f"teach, every three of ten classes of photographs, {count} pictures a class: refused",
        "value": f"{resampled(refused)} (sets: a tenth below {spread[0]:.0%}, half below "
        f"{spread[1]:.0%}, a tenth above {spread[2]:.0%})",
        "n": f"{len(sets)} sets of {len(others)}",
        "peer": f"{interval(keeps)} of {len(kept):,} known ones are kept; sets with {names[worst]} "
        f"{resampled(refused[has[worst]])}, without it {resampled(refused[~has[worst]])}; with thresholds "
        f"chosen on the pictures that judge {resampled(best)}",
    }


def resampled(found: NDArray[np.bool_]) -> str:
    """The mean of `[sets, pictures]` with its 95 % interval, sets and pictures drawn anew 2,000 times.

    All sets answer the same pictures, so these are not as many answers as there are cells.
    """
    random = np.random.default_rng(0)
    rows, columns = found.shape
    means = [
        found[np.ix_(random.integers(rows, size=rows), random.integers(columns, size=columns))].mean()
        for _ in range(2_000)
    ]
    low, high = np.quantile(means, (0.025, 0.975))
    return f"{found.mean():.1%} ({low:.1%} to {high:.1%})"


def dense_layer(
    features: Floats, labels: NDArray[np.int64], classes: int, random: np.random.Generator
) -> Callable[[Floats], NDArray[np.float64]]:
    """A layer of 100 rectified units and a softmax, learned by Adam as Teachable Machine does; in numpy."""
    points = features * np.sqrt(
        features.shape[1]
    )  # features of unit variance about, as a backbone gives them
    shapes = ((features.shape[1], 100), (100, classes))
    weights = [random.uniform(-1, 1, s) * np.sqrt(6 / sum(s)) for s in shapes]
    biases = [np.zeros(100), np.zeros(classes)]
    every = [*weights, *biases]
    first, second, step = [np.zeros_like(w) for w in every], [np.zeros_like(w) for w in every], 0
    for _ in range(50):
        order = random.permutation(len(labels))
        for at in range(0, len(order), 16):
            batch = order[at : at + 16]
            hidden = np.maximum(points[batch] @ weights[0] + biases[0], 0)
            error = softmax(hidden @ weights[1] + biases[1])
            error[np.arange(len(batch)), labels[batch]] -= 1
            error /= len(batch)
            back = (error @ weights[1].T) * (hidden > 0)
            slopes = [points[batch].T @ back, hidden.T @ error, back.sum(axis=0), error.sum(axis=0)]
            step += 1
            for weight, slope, mean, square in zip(every, slopes, first, second, strict=True):
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope**2 - square)
                weight -= 0.001 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7)

    def answer(some: Floats) -> NDArray[np.float64]:
        scaled = some * np.sqrt(some.shape[1])
        return softmax(np.maximum(scaled @ weights[0] + biases[0], 0) @ weights[1] + biases[1])

    return answer


if __name__ == "__main__":
    main()
