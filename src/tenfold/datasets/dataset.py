"""A dataset with its training, validation and test pictures. Does not read or split anything."""

from dataclasses import dataclass
from typing import Literal

from tenfold.datasets.labelled import LabelledPictures
from tenfold.folder_walk import LINKS_LEFT_OUT, LinkLeftOut
from tenfold.server_files import NOT_OPENED, NotOpened

SkipCode = LinkLeftOut | NotOpened | Literal["beside-classes", "missing", "no-pictures", "unreadable"]
_SKIPPED = dict[str, str]([*LINKS_LEFT_OUT.items(), *NOT_OPENED.items()]) | {
    "beside-classes": "lies beside the class folders",
    "missing": "does not exist",
    "no-pictures": "holds no pictures",
    "unreadable": "cannot be read",
}


@dataclass(frozen=True)
class Skipped:
    """A file or folder that gave no picture.

    Attributes:
        source: its path within the dataset.
        code: why, for programs.
        words: the same in English, where more is known than the code says.
    """

    source: str
    code: SkipCode
    words: str = ""

    @property
    def reason(self) -> str:
        """Why, in English."""
        return self.words or _SKIPPED[self.code]


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
