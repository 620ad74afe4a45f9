"""A whole dataset: what is learned from, chosen by and reported on. Does not read or split anything."""

from dataclasses import dataclass

from tenfold.datasets.labelled import LabelledPictures


@dataclass(frozen=True)
class Skipped:
    """A file that gave no picture, and why."""

    source: str
    reason: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three parts of one size and the same classes that share no picture.

    Attributes:
        name: what it was opened by: "cifar10" or a path.
        training: what a network learns from.
        validation: what choices are made by.
        test: what is only ever reported on.
        fingerprint: SHA-256 in hex over the contents and labels of training and validation together, the same
            at every size: over pixels for CIFAR-10, over files elsewhere.
        skipped: the files that could not be used.
        layout: in one line, how the source was understood; "" if there was nothing to decide.
    """

    name: str
    training: LabelledPictures
    validation: LabelledPictures
    test: LabelledPictures
    fingerprint: str
    skipped: tuple[Skipped, ...] = ()
    layout: str = ""
