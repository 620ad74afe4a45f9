"""Finds problems in a dataset, with the help of a model file. Draws nothing.

Copies are found by pixels, wrong labels and outliers by a model file's outputs and embeddings, the rest by
the quality of a picture alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold import images
from tenfold.class_folders import PARTS
from tenfold.datasets.dataset import Dataset
from tenfold.errors import PictureError
from tenfold.evaluation.data_check import duplicates, label_errors, outliers, quality
from tenfold.evaluation.data_check.findings import DataCheck, Finding, ProblemKind
from tenfold.evaluation.data_check.pictures import AllPictures
from tenfold.inference import Classifier

# What is being done, how much of it, and how much there is.
Progress = Callable[[str, int, int], None]
# A class with fewer than this share of the largest one's training pictures is called rare, and so is one that
# has too few to be in every part.
RARE = 0.2
_ADVICE = {
    "leaks": "A picture that is in training and in what is measured on makes the accuracy come out too good. "
    "Those that are exactly the same are certain leaks; those that are alike are likely ones, and the more "
    "alike, the more likely. Look at them, and remove the training copies.",
    "conflicts": "Where two pictures are exactly the same, one of their labels is wrong; where they are "
    "alike, that is only likely. Decide which label is right, or remove both.",
    "labels": "The probabilities speak against the label. Look at each: change the label, or leave it.",
    "exact": "Files with exactly the same pixels. More copies of a picture teach nothing and count twice.",
    "near": "Likely the same photograph: resized, re-encoded, recoloured, shifted, mirrored; the more alike, "
    "the likelier. Look at them, and keep one.",
    "dark": "Even the brightest parts are dark.",
    "bright": "Even the darkest parts are bright.",
    "empty": "Nearly one grey all over: there is nothing to learn from.",
    "blurred": "Hardly any sharp edges.",
    "shape": "Very long or very high. Squeezed to a square, little is left of what they show.",
    "strange": "Far from everything else, by the model's embedding. Check whether they belong here.",
    "rare": "Classes with few pictures are recognised worst. Add pictures, or train with balanced classes.",
}


@dataclass(frozen=True, eq=False)
class ClassifiedPictures:
    """A model's outputs for all pictures: probabilities `[N, K]`, embeddings `[N, D]`."""

    probabilities: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def check(
    data: Dataset,
    classifier: Classifier,
    *,
    labels: bool = True,
    root: Path | None = None,
    progress: Progress = lambda what, done, total: None,
) -> tuple[DataCheck, AllPictures]:
    """Look for everything.

    Args:
        data: the labelled pictures.
        classifier: gives probabilities where it knows the same classes, and embeddings in any case.
        labels: look for wrong labels too; needs the train extra.
        root: where the sources are files, the folder they are relative to: their shape is read from there.
        progress: called along the way.

    Returns:
        the report, and the pictures that its numbers mean.

    Raises:
        MissingExtra: wrong labels are to be looked for, and cleanlab is not installed.
    """
    if labels:
        label_errors.require()
    pool = AllPictures(data)
    qualities, small = _read(pool, progress)
    pairs, least = duplicates.near_pairs(
        small, lambda done, total: progress("comparing pictures", done, total)
    )
    exact = duplicates.exact_groups(pool.digests())
    problems = _copies(pool, exact, pairs)
    classified = _classified(pool, classifier, progress)
    remarks = [_how_near(least)]
    if labels:
        groups = _numbers(len(pool), [*exact, *([pair.one, pair.other] for pair in pairs)])
        problem, how = _labels(pool, classifier, classified, groups)
        problems.insert(2, problem)
        remarks.append(how)
    sizes = _sizes(pool, root, qualities, progress) if root else {}
    problems += _by_quality(qualities)
    problems += [_shapes(sizes)] if root else []
    problems += [_outliers(classified), _rare(pool)]
    counts = np.zeros((len(PARTS), len(pool.classes)), dtype=np.int64)
    np.add.at(counts, (pool.parts, pool.labels), 1)
    report = DataCheck(
        data.name, pool.classes, counts, tuple(problems), data.skipped, tuple(remarks), data.fingerprint
    )
    return report, pool


def _read(
    pool: AllPictures, progress: Progress
) -> tuple[list[quality.QualityProblem | None], NDArray[np.uint8]]:
    found: list[quality.QualityProblem | None] = []
    for _, batch in pool.batches():
        found += quality.quality_problems(batch)
        progress("looking at pictures", len(found), len(pool))
    small = np.empty((len(pool), duplicates.SIDE, duplicates.SIDE, 3), dtype=np.uint8)
    for start, batch in pool.batches(duplicates.SIDE):
        small[start : start + len(batch)] = batch
    return found, small


def _classified(pool: AllPictures, classifier: Classifier, progress: Progress) -> ClassifiedPictures:
    probabilities, embeddings = [], []
    for start, batch in pool.batches(classifier.info.input_size):
        outputs = classifier.raw(batch)
        probabilities.append(outputs[0])
        embeddings.append(outputs[1])
        progress("asking the model", start + len(batch), len(pool))
    return ClassifiedPictures(np.concatenate(probabilities), np.concatenate(embeddings))


def _copies(pool: AllPictures, exact: list[list[int]], pairs: Sequence[duplicates.Pair]) -> list[ProblemKind]:
    """Leaks and conflicts among all copies; then the exact and the near copies that are neither."""
    near = [(pair.one, pair.other) for pair in pairs]
    likeness = {(pair.one, pair.other): pair for pair in pairs}
    same = {number: min(group) for group in exact for number in group}
    whole = [(number, lead) for number, lead in same.items() if number != lead]
    leaks: list[Finding] = []
    conflicts: list[Finding] = []
    exactly: list[Finding] = []
    nearly: list[Finding] = []
    for group in duplicates.joined(len(pool), [*whole, *near]):
        finding = _group(pool, group, same, likeness)
        apart = len({int(pool.parts[number]) for number in group}) > 1
        differs = len({int(pool.labels[number]) for number in group}) > 1
        if apart:
            leaks.append(finding)
        if differs:
            conflicts.append(finding)
        if not apart and not differs:
            (exactly if finding.score == 1 else nearly).append(finding)
    return [
        _problem("leaks", "Leaks and likely leaks: copies in different parts", leaks),
        _problem("conflicts", "Same or alike, with two labels", conflicts),
        _problem("exact", "Exact copies", exactly),
        _problem("near", "Near copies", nearly),
    ]


def _group(
    pool: AllPictures,
    group: list[int],
    same: dict[int, int],
    likeness: dict[tuple[int, int], duplicates.Pair],
) -> Finding:
    links = [likeness[one, other] for one in group for other in group if (one, other) in likeness]
    leaders = {same.get(number, -1 - number) for number in group}
    # Validation and test pictures should stay: copies are removed from training first.
    ordered = tuple(sorted(group, key=lambda number: (-int(pool.parts[number]), number)))
    if len(leaders) == 1:
        return Finding(ordered, 1.0, "exactly the same")
    score = max((pair.likeness for pair in links), default=0.0)
    mirrored = ", one is mirrored" if len(group) == 2 and any(pair.mirrored for pair in links) else ""
    return Finding(ordered, min(score, 0.9999), f"alike to {min(score, 0.99):.0%}, likely a copy{mirrored}")


def _labels(
    pool: AllPictures, classifier: Classifier, classified: ClassifiedPictures, groups: NDArray[np.int64]
) -> tuple[ProblemKind, str]:
    """Wrong labels, and how they were found."""
    known = classifier.info.labels
    same_classes = set(known) == set(pool.classes)
    learned_here = classifier.info.data_fingerprint == pool.data.fingerprint
    name = classifier.info.name
    own = np.ones(len(pool), dtype=bool) if same_classes else np.zeros(len(pool), dtype=bool)
    if learned_here:
        own &= pool.parts > 0
    wrong: list[tuple[int, int, float]] = []
    if own.any():
        columns = [known.index(label) for label in pool.classes]
        wrong += _numbered(
            own, label_errors.wrong_labels(pool.labels[own], classified.probabilities[own][:, columns])
        )
    rest = ~own
    if rest.any():
        probabilities = label_errors.cross_validated(
            classified.embeddings[rest], pool.labels[rest], groups[rest].tolist(), len(pool.classes)
        )
        wrong += _numbered(rest, label_errors.wrong_labels(pool.labels[rest], probabilities))
    findings = [
        Finding(
            (number,),
            1 - given,
            f"labelled {pool.classes[pool.labels[number]]} ({_percent(given)}), "
            f"rather {pool.classes[better]}",
            pool.classes[better],
        )
        for number, better, given in wrong
    ]
    folds = f"logistic regression on the embeddings of {name}, in {label_errors.FOLDS} folds"
    if learned_here:
        how = (
            f"Labels of validation and test are checked by {name}, which did not learn from them; those of "
            f"training by {folds}. Its embeddings have seen these labels, so wrong ones may stay hidden."
        )
    else:
        # If pictures were changed since, it is unknown whether the model was trained on them.
        unrelated = f"{name}, which is taken not to have learned from these pictures"
        how = f"Labels are checked by {unrelated if same_classes else folds}."
    return _problem("labels", "Probably wrong labels", findings), how


def _numbered(chosen: NDArray[np.bool_], wrong: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    numbers = np.flatnonzero(chosen)
    return [(int(numbers[number]), better, given) for number, better, given in wrong]


def _by_quality(found: list[quality.QualityProblem | None]) -> list[ProblemKind]:
    words = {
        "dark": ("Dark", "brightest parts {:.0f} of 255"),
        "bright": ("Bright", "darkest parts {:.0f} of 255"),
        "empty": ("Empty", "contrast {:.1f} of 255"),
        "blurred": ("Blurred", "sharpness {:.3f}"),
    }
    return [
        _problem(
            what,
            title,
            [
                Finding((number,), look.value if what == "bright" else -look.value, note.format(look.value))
                for number, look in enumerate(found)
                if look and look.what == what
            ],
        )
        for what, (title, note) in words.items()
    ]


def _sizes(
    pool: AllPictures, root: Path, qualities: list[quality.QualityProblem | None], progress: Progress
) -> dict[int, tuple[int, int]]:
    """Each picture's own width and height; the quality of those that were enlarged, as they are.

    Enlarging blurs, so a small picture is read again at its own size.
    """
    found = {}
    for number, source in enumerate(pool.sources):
        try:
            content = (root / source).read_bytes()
            width, height = found[number] = images.upright_size(content)
            if min(width, height) < pool.side:
                (qualities[number],) = quality.quality_problems(images.read(content, name=source)[None])
        except (OSError, PictureError):
            continue  # its name could not be kept as it is, or it has changed since
        progress("measuring sizes", number + 1, len(pool))
    return found


def _shapes(sizes: dict[int, tuple[int, int]]) -> ProblemKind:
    findings = [
        Finding((number,), longer, f"{width} x {height} pixels")
        for number, (width, height) in sizes.items()
        if (longer := quality.elongation(width, height)) > quality.LONG
    ]
    return _problem("shape", "Very long or high", findings)


def _outliers(classified: ClassifiedPictures) -> ProblemKind:
    findings = [
        Finding((number,), score, f"{score:.1f} deviations from the usual")
        for number, score in outliers.outliers(classified.embeddings)
    ]
    return _problem("strange", "Unlike all others", findings)


def _rare(pool: AllPictures) -> ProblemKind:
    counts = np.bincount(pool.labels[pool.parts == 0], minlength=len(pool.classes))
    whole = np.bincount(pool.labels, minlength=len(pool.classes))
    most = int(counts.max())
    findings = []
    for label, count in enumerate(counts.tolist()):
        if count < RARE * most or whole[label] < len(PARTS):
            one = int(np.flatnonzero(pool.labels == label)[0])
            note = f"{pool.classes[label]}: {count:,} to learn from, the largest class has {most:,}"
            findings.append(Finding((one,), most / max(count, 1), note))
    return _problem("rare", "Rare classes", findings)


def _problem(name: str, title: str, findings: list[Finding]) -> ProblemKind:
    ordered = sorted(findings, key=lambda one: (-one.score, one.pictures))
    return ProblemKind(name, title, _ADVICE[name], tuple(ordered))


def _numbers(count: int, groups: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """One number for all copies of a picture, `[N]`."""
    pairs = [(group[0], other) for group in groups for other in group[1:]]
    number = np.arange(count)
    for group in duplicates.joined(count, pairs):
        number[group] = group[0]
    return number


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "under 1%"


def _how_near(least: float) -> str:
    usual = "" if least <= duplicates.LEAST else ", more than usual, because all pictures are much alike"
    return f"Near copies are pictures whose edges correlate by {least:.2f} or more{usual}."
