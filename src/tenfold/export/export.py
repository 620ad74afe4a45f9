"""Exports a model file and proves that the export answers as it does, or leaves nothing behind.

Converting and running happen in child processes; knows no format from within.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tenfold import __version__, modelfile
from tenfold.errors import ExportError
from tenfold.export import page
from tenfold.export.formats import ExportFormat
from tenfold.export.pictures import ExportPictures
from tenfold.export.receipt import (
    LEAST_FLOAT,
    LEAST_INTEGER,
    FileFacts,
    Receipt,
    make_receipt,
    receipt_path,
)
from tenfold.export.steps import ExportSteps, Watcher, usable
from tenfold.files import replacing
from tenfold.os_errors import in_words

# Opens the pictures for the facts of a model; what is written goes into the folder.
OpenPictures = Callable[[modelfile.ModelInfo, Path], ExportPictures]


def export(
    model: Path,
    to: str,
    target: Path,
    opening: OpenPictures,
    *,
    least: float | None = None,
    watcher: Watcher | None = None,
) -> Receipt:
    """Export a model file, compare the export with it, and write the export with its receipt.

    Args:
        to: a name in `FORMATS`.
        target: the file to write; others of its name come beside it: the receipt, and what the format needs.
        opening: gives the pictures.
        least: the share of pictures, 0 to 1, on which both must give the same first answer; None: 0.995, or
            0.985 for a format of integers.

    Raises:
        ExportError: it cannot be converted, answers too differently, or cannot be written.
        MissingExtra: the format needs an extra that is not installed.
        ExportStopped: the watcher said so.
    """
    chosen = usable(to)
    _, info = modelfile.read(model)
    with TemporaryDirectory(prefix="tenfold-export-") as place:
        folder = Path(place)
        pictures = opening(info, _made(folder / "pictures"))
        made = _made(folder / "made") / target.name
        steps = ExportSteps(chosen, made, folder, watcher or Watcher(), model)
        steps.run("convert", (), calibration=[str(one) for one in pictures.calibration])
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
        if not receipt.good:
            raise _differs(receipt, chosen)
        receipt_path(made).write_text(receipt.to_json(), encoding="utf-8")
        page.write(receipt_path(made).with_suffix(".html"), receipt, pictures.files)
        _moved(made.parent, target.parent)
    return receipt


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _differs(receipt: Receipt, chosen: ExportFormat) -> ExportError:
    original, exported = receipt.accuracy
    return ExportError(
        f"The export of {receipt.model} to {chosen.title}",
        "answers too differently from the original, so no file was left",
        received=f"the first answer is the same for {receipt.agreement}, {receipt.least:.1%} is asked for; "
        f"accuracy {exported.value:.2%} in place of {original.value:.2%}",
        cure="Export it to another format, or lower the limit with --least.",
        reason="export-differs",
    )


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        refused = in_words(reason)
        raise ExportError(
            f"The export in {folder}",
            "cannot be written",
            received=refused.received,
            cure=f"{refused.cure}, or name another place with --output.",
            reason=refused.reason,
        ) from reason


def _moved(made: Path, folder: Path) -> None:
    """Move what was made to where it belongs; the receipt last."""
    with _written(folder):
        for file in sorted(made.iterdir(), key=lambda one: ".receipt." in one.name):
            with replacing(folder / file.name) as part:
                shutil.copyfile(file, part)
