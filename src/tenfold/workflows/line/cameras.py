"""The camera of a station, its own or one of the list of cameras, and whether it gives a picture.

A camera of the list is opened by the station itself, with the source and the login that the list has for it.
"""

from tenfold.cameras import sources
from tenfold.cameras.address import Address, parse
from tenfold.cameras.cameras import Cameras, address_of
from tenfold.cameras.frames import SourceFacts
from tenfold.cameras.sources.probing import PROBE_SECONDS
from tenfold.errors import CameraError, UnknownCamera, UsageError
from tenfold.line.pictures.camera import SnapshotCamera
from tenfold.line.stations.tables import StationRow

# The kind of a station's camera that is one of the list; `target` is its number there.
LISTED = "camera"
_PREFIX = f"{LISTED}:"


def station_camera(text: str, cameras: Cameras, *, user: str, password: str) -> Address:
    """The stored form of a camera given as an address or as `camera:NAME`.

    Raises:
        UnknownCamera: there is none of that name or number.
        UsageError: the address has no form that is known, or a login is given for a camera of the list.
    """
    if not text.strip().startswith(_PREFIX):
        return parse(text, user=user, password=password)
    if user or password:
        raise UsageError(
            "A camera of the list", "has its own user and password", cure="Leave them out.",
            reason="listed-login",
        )  # fmt: skip
    row = cameras.named(text.strip().removeprefix(_PREFIX).strip())
    if row.kind == "browser":
        raise CameraError(
            f"The camera {row.name}", "is no camera that a station can look through", reason="not-watchable",
            cure="Name another.",
        )  # fmt: skip
    return Address(LISTED, str(row.id))  # type: ignore[arg-type]


def camera_of(kept: StationRow | Address, cameras: Cameras) -> Address:
    """Where a station's pictures come from. Raises UnknownCamera where it was taken off the list."""
    if kept.kind == LISTED:
        return address_of(cameras.get(int(kept.target)))
    return Address(kept.kind, kept.target, kept.user, kept.password)  # type: ignore[arg-type]


def described(row: StationRow, cameras: Cameras) -> str:
    """The camera as it may be shown to anybody: without user and password."""
    try:
        address = camera_of(row, cameras)
    except UnknownCamera:
        return f"{_PREFIX}{row.target}"
    return f"{_PREFIX}{cameras.get(int(row.target)).name}" if row.kind == LISTED else address.description


def try_camera(address: Address, *, snapshot: bool) -> SourceFacts:
    """Take a picture; what the camera is.

    Args:
        snapshot: it is asked for each picture, over HTTP.

    Raises:
        CameraError: it gives no picture, or a stream where it is asked for pictures; the reason says why.
        LineError: it is asked for pictures, and does not answer as a station asks.
    """
    sources.require()
    try:
        facts = sources.probe(address)
    except CameraError as error:
        if not snapshot or error.reason != "no-video":
            raise
        camera = SnapshotCamera(address.target, user=address.user, password=address.password)
        height, width = camera.take(PROBE_SECONDS).pixels.shape[:2]
        return SourceFacts(address.description, live=True, width=width, height=height)
    if snapshot:
        raise CameraError(
            address.description, "is a stream, not a picture", received=facts.words,
            cure="Leave out that it is asked for each picture.", reason="not-a-snapshot",
        )  # fmt: skip
    return facts


def words_of(facts: SourceFacts, *, snapshot: bool) -> str:
    """What a camera that was tried is, for people."""
    if snapshot:
        return f"a picture when it is asked, {facts.width} x {facts.height} pixels"
    return facts.words
