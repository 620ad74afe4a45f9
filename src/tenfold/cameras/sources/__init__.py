"""Sources of frames: cameras and recordings, all with one form of address. Knows nothing of what is seen.

Any other source is an object with `facts` and `frames(stop)`: `tenfold.cameras.frames.FrameSource`.
"""

from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec

from tenfold.cameras.address import Address, parse
from tenfold.cameras.frames import FrameSource
from tenfold.cameras.sources.camera import Camera
from tenfold.cameras.sources.copied import CopiedVideo
from tenfold.cameras.sources.folder import RATE, Folder
from tenfold.cameras.sources.probing import opened_by_page, probe
from tenfold.cameras.sources.recording import Recording
from tenfold.cameras.sources.state import CameraFault, CameraState
from tenfold.errors import CameraError, MissingExtra

__all__ = [
    "Camera",
    "CameraFault",
    "CameraState",
    "CopiedVideo",
    "Recording",
    "open_source",
    "parse",
    "probe",
    "require",
]


def require() -> None:
    """Raise MissingExtra where what cameras need is not installed."""
    for module in ("av", "cv2"):
        if find_spec(module) is None:
            raise MissingExtra(
                "Cameras and recordings",
                "need the cameras extra, which is not installed",
                received=f"there is no {module}",
                cure='Install it with: pip install "tenfold[cameras]"',
            )


def open_source(
    address: str | Address,
    *,
    rate: float | None = None,
    planes: bool = False,
    tell: Callable[[CameraFault], None] = lambda fault: None,
) -> FrameSource:
    """A source by its address. It is opened when its frames or facts are asked for.

    A playlist (HLS) may be a recording or live, so that one is probed at once.

    Args:
        rate: frames a second that are wanted; None: all. Of a folder, those that it was filmed with.
        planes: see `Decoder`.
        tell: called with each fault of a live source, when it is noticed and when it is over.

    Raises:
        UsageError: the address has no form that is known, or is that of a browser's camera.
        MissingExtra: the cameras extra is not installed.
    """
    found = parse(address) if isinstance(address, str) else address
    require()
    if found.kind == "browser":
        raise opened_by_page(found)
    if found.kind == "folder":
        return Folder(found.target, rate=rate or RATE)
    if not found.live or _is_recorded_playlist(found):
        return Recording(found, rate=rate, planes=planes)
    return Camera(found, rate=rate, planes=planes, tell=tell)


def _is_recorded_playlist(address: Address) -> bool:
    if address.kind == "http" and address.target.partition("?")[0].lower().endswith(".m3u8"):
        with suppress(CameraError):  # a camera that is off now may come
            return not probe(address).live
    return False
