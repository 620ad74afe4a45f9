"""Exports a model file and proves that the export answers as it does, or leaves nothing behind.

Converting and running happen in child processes; knows no format from within.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tenfold import __version__, modelfile
from tenfold.errors import ExportError
from tenfold.export import page
from tenfold.export.formats import FORMATS
from tenfold.export.pictures import TRIAL, ExportPictures
from tenfold.export.receipt import (
    LEAST_FLOAT,
    LEAST_INTEGER,
    FileFacts,
    Receipt,
    make_receipt,
    receipt_path,
)
from tenfold.export.steps import ExportListener, ExportSteps, usable
from tenfold.files import replacing
from tenfold.os_errors import in_words, refused

# Opens the pictures for the facts of a model; what is written goes into the folder.
OpenPictures = Callable[[modelfile.ModelInfo, Path], ExportPictures]


@dataclass(frozen=True)
class MadeExport:
    """An export and its receipt, whether it agrees with the original or not; its files go with its folder.

    Attributes:
        receipt: what was measured.
        folder: holds `files`, the receipt and its page, and nothing else.
        files: the exported files; the first is the one that programs open.
        pictures: what it was compared on; CIFAR-10's files go with the folder, too.
    """

    receipt: Receipt
    folder: Path
    files: tuple[Path, ...]
    pictures: ExportPictures

    @property
    def beside(self) -> tuple[Path, Path]:
        """The receipt as JSON, and as a page."""
        written = receipt_path(self.files[0])
        return written, written.with_suffix(".html")


@contextmanager
def made_export(
    model: Path,
    to: str,
    name: str,
    opening: OpenPictures,
    *,
    least: float | None = None,
    watcher: ExportListener | None = None,
) -> Iterator[MadeExport]:
    """Export a model file and compare the export with it.

    Args:
        to: a name in `FORMATS`.
        name: of the exported file; others of its name come beside it.
        opening: gives the pictures.
        least: the share of pictures, 0 to 1, on which both must give the same first answer; None: 0.995, or
            0.985 for a format of integers.

    Raises:
        ExportError: it cannot be converted.
        MissingExtra: the format needs an extra that is not installed.
        ExportStopped: the watcher said so.
    """
    chosen = usable(to)
    _, info = modelfile.read(model)
    with TemporaryDirectory(prefix="tenfold-export-") as place:
        folder = Path(place)
        pictures = opening(info, _made(folder / "pictures"))
        made = _made(folder / "made") / name
        steps = ExportSteps(chosen, made, folder, watcher or ExportListener(), model)
        trial = pictures.threshold[:TRIAL]
        steps.run("convert", trial, calibration=[str(one) for one in pictures.calibration])
        steps.run("threshold", pictures.threshold)
        found, thresholds = steps.measure(pictures.files)
        files = sorted(made.parent.iterdir(), key=lambda one: (one != made, one.name))
        receipt = make_receipt(
            made_by=to,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            model=info.name,
            original=FileFacts.of(model),
            files=[FileFacts.of(file) for file in files],
            pictures=pictures,
            labels=info.labels,
            least=(LEAST_INTEGER if chosen.integer else LEAST_FLOAT) if least is None else least,
            found=found,
            thresholds=thresholds,
            versions={"tenfold": __version__, **chosen.versions()},
        )
        finished = MadeExport(receipt, made.parent, tuple(files), pictures)
        written, shown = finished.beside
        written.write_text(receipt.to_json(), encoding="utf-8")
        page.write(shown, receipt, pictures.files)
        yield finished


def export(
    model: Path,
    to: str,
    target: Path,
    opening: OpenPictures,
    *,
    least: float | None = None,
    watcher: ExportListener | None = None,
) -> Receipt:
    """Export a model file, compare the export with it, and write the export with its receipt.

    Args:
        target: the file to write; others of its name come beside it: the receipt, and what the format needs.
        to, opening, least, watcher: as of `made_export`.

    Raises:
        ExportError: it cannot be converted, answers too differently, or cannot be written.
        MissingExtra: the format needs an extra that is not installed.
        ExportStopped: the watcher said so.
    """
    with made_export(model, to, target.name, opening, least=least, watcher=watcher) as made:
        require_agreement(made.receipt)
        _moved(made.folder, target.parent)
    return made.receipt


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def require_agreement(receipt: Receipt) -> None:
    """Raise ExportError where an export agrees with its original less often than was asked for."""
    if receipt.good:
        return
    original, exported = receipt.accuracy
    raise ExportError(
        f"The export of {receipt.model} to {FORMATS[receipt.format].title}",
        "answers too differently from the original, so no file was left",
        received=f"the first answer is the same for {receipt.agreement}, {receipt.least:.1%} is asked for; "
        f"accuracy {exported.value:.2%} in place of {original.value:.2%}",
        cure="Export it to another format, or ask for less agreement.",
        reason="export-differs",
    )


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        cure = f"{in_words(reason).cure}, or name another place with --output."
        raise refused(
            ExportError, f"The export in {folder}", reason, "cannot be written", cure=cure
        ) from reason


def _moved(made: Path, folder: Path) -> None:
    """Move what was made to where it belongs; the receipt last."""
    with _written(folder):
        for file in sorted(made.iterdir(), key=lambda one: ".receipt." in one.name):
            with replacing(folder / file.name) as part:
                shutil.copyfile(file, part)
