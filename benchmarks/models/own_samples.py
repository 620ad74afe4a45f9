"""Writes src/tenfold/models/*-own.npz: what bundled models say of pictures like their own data.

As many of each class: 30 validation pictures to learn from and 120 test pictures to test by; of classes that
`watch` has from CIFAR-100, 30 that it was chosen on and 100 or 120 test pictures. For models of photographs
one half is enlarged and the other staged as photographs. Others are pictures of the classes of CIFAR-100
that are none of the model's and were not held out. Needs CIFAR-10 and TENFOLD_SHARED.

    python -m benchmarks.models.own_samples
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.backbone import staging, watch
from benchmarks.backbone.features import learned_classes, others
from benchmarks.record import DATA
from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures, split
from tenfold.inference import Classifier
from tenfold.teaching.own_sample import OwnSample, file_beside, save
from tenfold.teaching.refit import Answers, answers

Pixels = NDArray[np.uint8]
LEARN, JUDGE, OTHERS, RUN = 30, 120, 4, 64


def main() -> None:
    _, validation = split(cifar10.load_train(DATA), cifar10.VALIDATION)
    test = cifar10.load_test(DATA)
    kinds = learned_classes()
    members = {member for found in watch.MEMBERS.values() for member in found}
    pictures, labels = watch.of_cifar100(watch.CHOSEN)
    chosen = LabelledPictures(
        np.concatenate([validation.pictures, pictures]),
        np.concatenate([validation.labels, labels]),
        watch.CLASSES,
    )
    write("photo", validation, test, kinds)
    write("cifar10", validation, test, kinds)
    write("cifar10-small", validation, test, kinds)
    write("watch", chosen, watch.test_pictures(), tuple(kind for kind in kinds if kind not in members))


def write(name: str, validation: LabelledPictures, test: LabelledPictures, kinds: tuple[str, ...]) -> None:
    """Write a bundled model's sample. kinds: classes of CIFAR-100 that are none of its own."""
    classifier, random = Classifier(name), np.random.default_rng(5)
    learn, test = some(validation, LEARN, random), some(test, JUDGE, random)
    # The first pictures of each class are in the background of taught models.
    pixels, places = others(kinds, 100 + OTHERS)
    strange = pixels[np.concatenate([np.flatnonzero(places == k)[100:] for k in range(len(kinds))])]
    found = OwnSample(
        said(classifier, learn.pictures, random),
        learn.labels,
        said(classifier, test.pictures, random),
        test.labels,
        said(classifier, strange, random),
    )
    target = file_beside(modelfile.bundled(name))
    save(target, found)
    right = (found.test.logits.argmax(axis=1) == found.test_labels).mean()
    refused = (found.others.novelty > classifier.info.threshold).mean()
    print(f"{target}: {target.stat().st_size:,} bytes, {right:.1%} right, {refused:.1%} of others refused")


def some(data: LabelledPictures, each: int, random: np.random.Generator) -> LabelledPictures:
    """As many of each class, in a random order."""
    order = random.permutation(len(data))
    chosen = np.concatenate([order[data.labels[order] == k][:each] for k in range(len(data.classes))])
    return data.take(random.permutation(chosen))


def said(classifier: Classifier, pictures: Pixels, random: np.random.Generator) -> Answers:
    """What a model says of them, as it is shown them."""
    if classifier.info.input_size == staging.SIDE:
        ways = (staging.plain, staging.framed)
        pictures = np.stack([ways[k % 2](one, random) for k, one in enumerate(pictures)])
    runs = [classifier.raw(pictures[at : at + RUN]) for at in range(0, len(pictures), RUN)]
    return answers(*(np.concatenate([run[k] for run in runs]) for k in (0, 1, 3)))


if __name__ == "__main__":
    main()
