"""Checks that an exported file is that of its receipt, and gives the same answers. Writes nothing."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tenfold.errors import ExportError
from tenfold.export.export import OpenPictures
from tenfold.export.receipt import FileFacts, Receipt
from tenfold.export.steps import ExportListener, ExportSteps, usable
from tenfold.metrics import Share, share

# The tolerance for different orders of summation on two machines.
LARGEST_DIFFERENCE = 0.001
Answers = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class OutputDifference:
    """Two runs of one exported file over the same pictures.

    Attributes:
        others: how many pictures have another first answer.
        largest: the largest difference of the first answer's probability, where the answer is the same.
        pictures: how many there are.
    """

    others: int
    largest: float
    pictures: int

    @property
    def alike(self) -> bool:
        """Whether they agree within the tolerance."""
        return not self.others and self.largest <= LARGEST_DIFFERENCE


@dataclass(frozen=True)
class Repeated:
    """An exported file run once more.

    Attributes:
        agreement: with the first answers of the original, as the receipt has them.
        difference: from the answers that the receipt has of the export.
        answers: of each picture, the place of the first answer's class and its probability.
    """

    agreement: Share
    difference: OutputDifference
    answers: Answers


def check_files(receipt: Receipt, export: Path) -> None:
    """Raise ExportError where an exported file is not that of its receipt, to the byte."""
    for facts in receipt.files:
        path = export.with_name(facts.name)
        if not path.is_file():
            raise ExportError(
                f"The file {path}", "is missing", cure="Copy all files of the export, or export again."
            )
        if FileFacts.of(path).sha256 != facts.sha256:
            raise ExportError(
                f"The file {path}",
                "is not the one that its receipt is of",
                received=f"its SHA-256 is not {facts.sha256}",
                cure="Copy it again from where it came, or export the model again.",
                reason="model-damaged",
            )


def repeat(
    receipt: Receipt, export: Path, opening: OpenPictures, watcher: ExportListener | None = None
) -> Repeated:
    """Run an exported file once more over the pictures of its receipt.

    Args:
        opening: gives the pictures.

    Raises:
        ExportError: the pictures are not those of the receipt, or the file cannot be run.
        MissingExtra: its format needs an extra that is not installed.
    """
    chosen = usable(receipt.format)
    info = chosen.info(export)
    with TemporaryDirectory(prefix="tenfold-receipt-") as place:
        folder = Path(place)
        (folder / "pictures").mkdir()
        pictures = opening(info, folder / "pictures")
        if pictures.fingerprint != receipt.fingerprint:
            raise ExportError(
                f"The pictures of {pictures.title}",
                "are not those that the receipt was made with",
                received=f"{len(pictures.files):,} pictures, the receipt has {receipt.pictures:,}",
                cure="Name the same pictures with --data.",
                reason="data-changed",
            )
        found = ExportSteps(chosen, export, folder, watcher or ExportListener()).run("answer", pictures.files)
    answers = tuple((info.labels.index(label), float(confidence)) for label, confidence in found)
    alike = sum(
        mine == original for (mine, _), (original, _, _) in zip(answers, receipt.answers, strict=True)
    )
    return Repeated(share(alike, len(answers)), difference(answers, recorded(receipt)), answers)


def recorded(receipt: Receipt) -> Answers:
    """The export's answers when its receipt was made."""
    return tuple((exported, confidence) for _, exported, confidence in receipt.answers)


def compare_receipts(one: Receipt, other: Receipt) -> OutputDifference:
    """Two receipts of the same export, perhaps of two machines. Raises ExportError where they are not."""
    for what, mine, theirs in (
        ("exported files", one.files[0].sha256, other.files[0].sha256),
        ("pictures", one.fingerprint, other.fingerprint),
    ):
        if mine != theirs:
            raise ExportError(
                "The two receipts",
                f"are of different {what}",
                received=f"{mine[:12]} and {theirs[:12]}",
                cure="Copy the exported file with its receipt, and check it there.",
            )
    return difference(recorded(one), recorded(other))


def difference(one: Answers, other: Answers) -> OutputDifference:
    """Two runs over the same pictures."""
    first = np.array([[a, b] for (a, _), (b, _) in zip(one, other, strict=True)])
    apart = np.array([abs(a - b) for (_, a), (_, b) in zip(one, other, strict=True)])
    same = first[:, 0] == first[:, 1]
    return OutputDifference(int((~same).sum()), float(apart[same].max(initial=0.0)), len(apart))
