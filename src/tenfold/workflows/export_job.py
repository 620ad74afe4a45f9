"""The job "export": a registered model becomes a file for another runtime, which is kept with its receipt.

`tenfold.export` knows what is measured and when an export is refused.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from pydantic import Field

from tenfold.errors import ExportError
from tenfold.export import page
from tenfold.export.export import MadeExport, OpenPictures, made_export, require_agreement
from tenfold.export.formats import FORMATS
from tenfold.export.receipt import Receipt, is_receipt, parse_receipt
from tenfold.export.steps import ExportListener, ExportStopped
from tenfold.export.steps import Step as ExportStep
from tenfold.jobs import WORK, JobType, Shape, Stopped, Work
from tenfold.models.registry import Registry
from tenfold.storage import BlobStore, read_if_there
from tenfold.workflows.steps import report_step

log = logging.getLogger(__name__)

_STEPS: dict[ExportStep, str] = {
    "convert": "converting",
    "threshold": "measuring-threshold",
    "measure": "comparing-answers",
}


class ExportParams(Shape):
    """A model to export."""

    model: str = Field(description="Its hash.")
    format: str = Field(description="As `tenfold export --to` takes it.")
    data: str = Field(description="What it is compared on: cifar10, or a folder or manifest of the server.")
    least: float | None = Field(
        None, description="The agreement below which it is refused, 0 to 1; null: the format's own."
    )


class ExportResult(Shape):
    """An export that agrees with its original."""

    model: str = Field(description="The original's hash.")
    export: str = Field(description="Under which it is kept.")
    agreement: float = Field(description="The share of pictures with the same first answer, 0 to 1.")


# One at a time: its converters and runtimes take much memory.
EXPORT = JobType(
    "export",
    WORK,
    ExportParams,
    ExportResult,
    lambda app: app.export_model,
    steps={
        "converting": "converting the model",
        "measuring-threshold": "measuring the threshold of none of these",
        "comparing-answers": "comparing its answers with the original's",
    },
    alone=True,
    handles_cancel=True,
)


@dataclass(frozen=True)
class KeptExport:
    """A receipt, and what is kept with it.

    Attributes:
        keys: of its blobs by their names: the exported files, unless it was refused, the receipt and its
            page, and a picture for each disagreement.
    """

    id: str
    receipt: Receipt
    keys: dict[str, str]


class ModelExports:
    """The exports that are kept. blobs: holds them, each blob as model/job/name."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def of_model(self, model: str) -> list[KeptExport]:
        """A model's exports, the newest first; what is damaged is passed over."""
        found = sorted(self._keys(model).items(), reverse=True)
        read = [self._read(export, keys) for export, keys in found]
        return [one for one in read if one is not None]

    def get(self, model: str, export: str) -> KeptExport | None:
        """One export; None where there is none."""
        keys = self._keys(model).get(export)
        return None if keys is None else self._read(export, keys)

    def open(self, key: str) -> tuple[BinaryIO, int]:
        """A blob of an export and its length. Raises ExportError where it was deleted meanwhile."""
        size = self._blobs.size(key)
        try:
            if size is not None:
                return self._blobs.open(key), size
        except FileNotFoundError:
            pass
        raise ExportError(
            f"The file {key.rpartition('/')[2]}", "is not there any more", cure="Export the model again."
        )

    def keep(self, model: str, export: str, made: MadeExport) -> None:
        """Store an export, or only the receipt of a refused one. The receipt is written last."""
        receipt, shown = made.beside
        for number, one in enumerate(made.receipt.disagreements):
            image = BytesIO()
            page.thumbnail(made.pictures.files[one.place]).save(image, "PNG")
            self._blobs.put(f"{model}/{export}/{disagreement_file(number)}", image.getvalue())
        for file in (*(made.files if made.receipt.good else ()), shown, receipt):
            self._blobs.put(f"{model}/{export}/{file.name}", file.read_bytes())

    def delete(self, model: str, export: str) -> None:
        """Delete an export, also an incomplete one; the receipt first."""
        keys = sorted(self._blobs.all_keys(f"{model}/{export}"), key=lambda key: not is_receipt(key))
        for key in keys:
            self._blobs.delete(key)

    def _keys(self, model: str) -> dict[str, dict[str, str]]:
        """The blobs of a model's exports by their names, by export."""
        found: dict[str, dict[str, str]] = {}
        for key in self._blobs.all_keys(model):
            _, export, name = key.split("/")
            found.setdefault(export, {})[name] = key
        return found

    def _read(self, export: str, keys: dict[str, str]) -> KeptExport | None:
        content = next((read_if_there(self._blobs, key) for key in keys.values() if is_receipt(key)), None)
        if content is None:
            return None
        try:
            return KeptExport(export, parse_receipt(content, f"The receipt of the export {export}"), keys)
        except ExportError as reason:
            log.warning("%s", reason)
            return None


class ExportModel:
    """Does the job "export"."""

    def __init__(
        self, registry: Registry, exports: ModelExports, opening: Callable[[str], OpenPictures]
    ) -> None:
        self._registry, self._exports, self._opening = registry, exports, opening

    def __call__(self, work: Work[ExportParams]) -> ExportResult:
        model = work.params.model
        try:
            kept = self._exports.get(model, work.id)  # kept by an attempt that was interrupted at its end
            receipt = kept.receipt if kept else self._made(work)
        except (ExportStopped, OSError) as reason:
            # The output is useless, and may be what fills the disk.
            self._exports.delete(model, work.id)
            if isinstance(reason, OSError):
                raise
            raise Stopped from reason
        require_agreement(receipt)
        return ExportResult(model=model, export=work.id, agreement=receipt.agreement.value)

    def _made(self, work: Work[ExportParams]) -> Receipt:
        asked = work.params

        def told(step: ExportStep, done: int, total: int) -> None:
            report_step(work, done, total, _STEPS[step])

        report_step(work, 0, 0, "reading-data")
        name = f"{self._registry.get(asked.model).file_stem}{FORMATS[asked.format].suffix}"
        watcher, opening = ExportListener(told, lambda: work.stopping), self._opening(asked.data)
        with (
            self._registry.local_copy(asked.model) as model,
            made_export(model, asked.format, name, opening, least=asked.least, watcher=watcher) as made,
        ):
            self._exports.keep(asked.model, work.id, made)
        return made.receipt


def disagreement_file(number: int) -> str:
    """The name of the picture of a receipt's disagreement."""
    return f"disagreement-{number}.png"
