"""VGG16's published ImageNet weights: fetched, verified, read without pickle. Knows no network."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from tenfold import settings
from tenfold.errors import TrainingError

URL = "https://download.pytorch.org/models/vgg16-397923af.pth"
# Of ImageNet's pictures, in 0..255: what the published weights were trained with.
PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)
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
    path = fetch() if weights == "imagenet" else Path(weights)
    state = _read(path)
    for place, shape in zip(_PLACES, shapes, strict=True):
        pair = []
        for name, wanted in ((f"features.{place}.weight", shape), (f"features.{place}.bias", shape[:1])):
            found = state.get(name) if isinstance(state, dict) else None
            if not isinstance(found, Tensor) or found.shape != wanted:
                received = f"shape {list(found.shape)}" if isinstance(found, Tensor) else "nothing"
                raise TrainingError(
                    f"The weights {path}",
                    "are not those of VGG16 as torchvision publishes them",
                    received=f"{received} at {name}, expected shape {list(wanted)}",
                    cure=f"Give the file from {URL}",
                )
            pair.append(found)
        yield pair[0], pair[1]


def _read(path: Path) -> object:
    try:
        state: object = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, UnpicklingError) as reason:
        raise TrainingError(
            f"The weights {path}",
            "cannot be read",
            received=getattr(reason, "strerror", None) or str(reason).splitlines()[0],
            cure=f"Give the file from {URL}",
        ) from reason
    return state


def fetch() -> Path:
    """The published file in tenfold's home. Raises TrainingError where it is missing."""
    path = Path(settings.load().home) / "weights" / URL.rpartition("/")[2]
    if path.is_file():
        return path
    raise TrainingError(
        "VGG16's ImageNet weights",
        "are not here",
        received=f"there is no {path}",
        cure=f"Fetch {URL} (528 MB) and name it with --weights FILE, or put it there.",
    )
