"""When, where and with what a picture was taken, as its EXIF says. Damaged data never make this fail.

The standard is EXIF 2.32 (CIPA DC-008, 2019). A camera's clock has no time zone unless the file states one
(OffsetTimeOriginal); without it the clock's time is taken for that of the zone that this computer is in, so
that a person there sees the time that the camera showed. Knows no tables.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from tenfold.images.tags import Value, directory

_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_MAKER, _MODEL, _CHANGED = 0x010F, 0x0110, 0x0132
_ORIGINAL, _DIGITISED = 0x9003, 0x9004
_OFFSETS = {_CHANGED: 0x9010, _ORIGINAL: 0x9011, _DIGITISED: 0x9012}
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_MAIN = {_EXIF_DIRECTORY, _GPS_DIRECTORY, _MAKER, _MODEL, _CHANGED, _OFFSETS[_CHANGED]}
_DETAIL = {_CHANGED, _ORIGINAL, _DIGITISED, *_OFFSETS.values()}
_PLACE = {_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE}
_MOMENT = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\Z")
_LONGEST_CAMERA = 200


@dataclass(frozen=True)
class ExifFacts:
    """When, where and with what; None where the file does not say, or says something impossible.

    Attributes:
        at: in UTC; where the file states no zone, the camera's clock is taken for this computer's.
        latitude: degrees, -90 to 90, north is positive.
        longitude: degrees, -180 to 180, east is positive.
    """

    at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None


def read(block: bytes) -> ExifFacts:
    """What an EXIF block (or a whole TIFF) says."""
    main = directory(block, _MAIN)
    detail = _below(block, main, _EXIF_DIRECTORY, _DETAIL)
    place = _below(block, main, _GPS_DIRECTORY, _PLACE)
    return ExifFacts(
        at=_moment({**main, **detail}),
        latitude=_degrees(place.get(_LATITUDE), place.get(_LATITUDE_REF), "NS", 90),
        longitude=_degrees(place.get(_LONGITUDE), place.get(_LONGITUDE_REF), "EW", 180),
        camera=_camera(main),
    )


def _below(block: bytes, main: Mapping[int, Value], pointer: int, wanted: set[int]) -> dict[int, Value]:
    """The tags of a directory whose position the first one states."""
    match main.get(pointer):
        case (int(at),):
            return directory(block, wanted, at)
    return {}


def _moment(tags: Mapping[int, Value]) -> datetime | None:
    for tag in (_ORIGINAL, _DIGITISED, _CHANGED):
        found = _MOMENT.match(_text(tags.get(tag)))
        if found is None:
            continue
        try:
            clock = datetime(*map(int, found.groups()))  # type: ignore[arg-type]
            return clock.replace(tzinfo=_zone(_text(tags.get(_OFFSETS[tag])))).astimezone(UTC)
        except (ValueError, OverflowError, OSError):  # the 31st of February, the year 0; Windows before 1970
            continue
    return None


def _zone(text: str) -> timezone | None:
    """The zone that a file states; None for none, or one that cannot be."""
    found = _OFFSET.match(text)
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if offset >= timedelta(hours=15):  # no place on Earth has such a clock
        return None
    return timezone(offset if found[1] == "+" else -offset)


def _degrees(parts: Value | None, side: Value | None, sides: str, most: int) -> float | None:
    """Degrees, minutes and seconds as one number; None where they are no place."""
    direction = _text(side).upper()
    if direction not in tuple(sides) or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    degrees, minutes, seconds = parts
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or not 0 <= value <= most:
        return None
    return -value if direction == sides[1] else value


def _camera(tags: Mapping[int, Value]) -> str | None:
    maker, model = _text(tags.get(_MAKER)), _text(tags.get(_MODEL))
    # Many cameras write their maker into both.
    both = model if model.lower().startswith(maker.lower()) else f"{maker} {model}"
    return both.strip()[:_LONGEST_CAMERA].strip() or None


def _text(value: Value | None) -> str:
    if not isinstance(value, bytes):
        return ""
    text = value.partition(b"\0")[0].decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
