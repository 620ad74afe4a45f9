"""What every export format can do, and what it needs to be installed."""

import zipfile
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

from tenfold.errors import MissingExtra, ModelFileError
from tenfold.modelfile import ModelInfo, facts
from tenfold.predictions import Prediction


class PictureClassifier(Protocol):
    """An exported file running in its own runtime, with that runtime's way from a file to pixels."""

    @property
    def info(self) -> ModelInfo:
        """The facts that stand in the exported file."""

    def classify(self, picture: Path) -> Prediction:
        """The answer for a picture's file. Novelty is NaN, and evidence None, where the file has none."""


@runtime_checkable
class ElsewhereClassifier(Protocol):
    """A classifier in another process: it is closed after use, and measures its own time."""

    @property
    def milliseconds(self) -> float:
        """How long the last picture took there, without the way to that process."""

    def close(self) -> None:
        """End that process."""


class ExportFormat(Protocol):
    """A format that model files are exported to.

    Attributes:
        name: as `tenfold export --to` takes it.
        title: what people call it.
        suffix: what is put behind the model's name: the end of the file's name.
        integer: whether it computes with integers of 8 bits.
        extra: the extra of tenfold that it needs; "" for none.
        packages: what that extra brings.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def suffix(self) -> str: ...
    @property
    def integer(self) -> bool: ...
    @property
    def extra(self) -> str: ...
    @property
    def packages(self) -> tuple[str, ...]: ...

    def convert(
        self, model: Path, target: Path, calibration: Sequence[Path], trial: Sequence[Path] = ()
    ) -> None:
        """Convert a model file.

        Args:
            target: the file to write; others of the same name and another ending may come beside it.
            calibration: pictures by which the ranges of integers are chosen.
            trial: pictures by which it is chosen what stays in float.

        Raises:
            ExportError: the network has something that the format has not.
        """

    def describe(self, target: Path, info: ModelInfo) -> None:
        """Write the facts into a converted file; what was there before goes."""

    def info(self, target: Path) -> ModelInfo:
        """The facts in a converted file, read without its runtime. Raises ModelFileError."""

    def load(self, target: Path) -> PictureClassifier:
        """A converted file, read afresh from the disk. Raises ModelFileError."""

    def versions(self) -> dict[str, str]:
        """The versions of what runs the format, by name."""


def missing(wanted: ExportFormat) -> MissingExtra | None:
    """What to install before a format can be used; None where nothing is missing."""
    absent = [name for name in wanted.packages if find_spec(name.replace("-", "_")) is None]
    if not absent:
        return None
    return MissingExtra.of(f"The export to {wanted.title}", wanted.extra, ", ".join(absent))


def package_versions(used: ExportFormat) -> dict[str, str]:
    """The versions of a format's packages, by name."""
    return {name: metadata.version(name) for name in used.packages}


def zipped_info(target: Path, member: str) -> ModelInfo:
    """The facts in a member of a ZIP file. Raises ModelFileError."""
    try:
        with zipfile.ZipFile(target) as files:
            return facts.model_info(facts.parsed(files.read(member)))
    except (zipfile.BadZipFile, KeyError) as reason:
        raise ModelFileError(
            f"The file {target}", "was not made by tenfold", reason="not-a-model"
        ) from reason
