"""How views should be taken from a large picture: every view rule and resize rule, on two kinds of pictures.

1. Staged validation pictures: each CIFAR-10 validation picture, enlarged eight times, set at a random place
   and size into a wide, tall or square frame over a blurred copy of itself. Rules are chosen on these.
2. The photographs of samples/photos: a check that the choice carries over; 100 pictures, so differences of
   a few points are noise.

    python -m benchmarks.models.views [--model FILE] [--staged N]
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.record import DATA, photos, write
from tenfold import images, metrics
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import split
from tenfold.inference import Classifier, views


def stage(picture: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """One small picture as a photographer might have framed its subject."""
    long, short = int(256 * random.uniform(1, 1.9)), 256
    width, height = (long, short) if random.random() < 0.5 else (short, long)
    subject = Image.fromarray(picture)
    frame = subject.resize((width, height), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(24))
    side = int(short * random.uniform(0.6, 1.0))
    # Subjects stand nearer the middle than the edge: the mean of two places is.
    x = int((width - side) * random.uniform(0, 1, 2).mean())
    y = int((height - side) * random.uniform(0, 1, 2).mean())
    frame.paste(subject.resize((side, side), Image.Resampling.BICUBIC), (x, y))
    return np.asarray(frame)


def answers(
    classifier: Classifier, pictures: list[NDArray[np.uint8]], rule: str, resize: str, together: str
) -> NDArray[np.float64]:
    """Probabilities `[N, K]` by a view rule, a resize rule and a way of putting views together."""
    size = classifier.info.input_size
    shown = [views.views(rule, p.shape[1], p.shape[0], size) for p in pictures]
    cut = [views.cut(p, s, size, resize) for p, s in zip(pictures, shown, strict=True)]
    each = classifier.raw(np.concatenate(cut))[0].astype(np.float64)
    parts = np.split(each, np.cumsum([len(s) for s in shown])[:-1])
    if together == "mean":
        return np.stack([part.mean(axis=0) for part in parts])
    if together == "geometric":
        return np.stack([np.exp(np.log(part + 1e-9).mean(axis=0)) for part in parts])
    # Sure views count more: each view weighs as much as its highest probability, squared.
    return np.stack([(part * part.max(axis=1, keepdims=True) ** 2).sum(axis=0) for part in parts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("cifar10"))
    parser.add_argument("--staged", type=int, default=1500)
    options = parser.parse_args()
    classifier = Classifier(options.model)
    labels = classifier.info.labels

    validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)[1]
    random = np.random.default_rng(1)
    chosen = random.permutation(len(validation))[: options.staged]
    staged = [stage(validation.pictures[i], random) for i in chosen]
    staged_labels = validation.labels[chosen]
    real = [images.read(path) for path, _ in photos()]
    real_labels = np.array([labels.index(label) for _, label in photos()])

    def score(rule: str, resize: str, together: str) -> tuple[float, float]:
        found = []
        for pictures, truth in ((staged, staged_labels), (real, real_labels)):
            predicted = answers(classifier, pictures, rule, resize, together).argmax(axis=1)
            scores = metrics.class_scores(metrics.confusion(truth, predicted, len(labels)))
            found.append(metrics.macro_average(scores).recall)
        return found[0], found[1]

    rows = []
    combinations = [(rule, "bilinear", "mean") for rule in views.RULES]
    shipped = classifier.info.views
    combinations += [(shipped, resize, "mean") for resize in ("box", "bicubic", "lanczos")]
    combinations += [(shipped, "bilinear", way) for way in ("geometric", "sure")]
    for rule, resize, together in combinations:
        of_staged, of_real = score(rule, resize, together)
        rows.append(
            {
                "what": f"Balanced accuracy, views {rule}, {resize}, {together}",
                "value": f"{of_real:.1%} on photographs",
                "n": f"{len(real)}",
                "peer": f"{of_staged:.1%} on {len(staged):,} staged validation pictures",
            }
        )
        print(rows[-1], flush=True)
    write(__file__, rows)


if __name__ == "__main__":
    main()
