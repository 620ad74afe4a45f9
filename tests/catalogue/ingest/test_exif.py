import contextlib
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tenfold import images
from tenfold.catalogue.ingest import exif
from tenfold.catalogue.ingest.exif import ExifFacts
from tenfold.errors import PictureError
from tests.images.pictures import encoded, scene
from tests.paths import SHARED

ORIGINAL, DIGITISED, CHANGED, OFFSET_ORIGINAL = 0x9003, 0x9004, 0x0132, 0x9011


def block(
    main: dict[int, object] | None = None,
    detail: dict[int, object] | None = None,
    place: dict[int, object] | None = None,
) -> bytes:
    made = Image.Exif()
    made.update(main or {})
    made.get_ifd(0x8769).update(detail or {})
    made.get_ifd(0x8825).update(place or {})
    return made.tobytes()


def kyiv(**changes: object) -> dict[int, object]:
    degrees = (IFDRational(50), IFDRational(27), IFDRational(1800, 60))
    longitude = (IFDRational(30), IFDRational(31), IFDRational(12))
    named: dict[str, object] = {"ns": "N", "lat": degrees, "ew": "E", "lon": longitude} | changes
    return {1: named["ns"], 2: named["lat"], 3: named["ew"], 4: named["lon"]}


def test_when_where_and_with_what() -> None:
    taken = exif.read(
        block({0x010F: "Canon", 0x0110: "Canon EOS R5"}, {ORIGINAL: "2024:06:01 12:30:15"}, kyiv())
    )
    assert taken.at == datetime(2024, 6, 1, 12, 30, 15, tzinfo=UTC)
    assert taken.latitude == pytest.approx(50 + 27 / 60 + 30 / 3600)
    assert taken.longitude == pytest.approx(30 + 31 / 60 + 12 / 3600)
    assert taken.camera == "Canon EOS R5"


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts this computer into a time zone; UTC unless a test says otherwise."""

    def be_in(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        if hasattr(time, "tzset"):
            time.tzset()

    be_in("UTC")
    yield be_in
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no time zones by name")
def test_a_clock_without_a_zone_is_that_of_the_zone_that_this_computer_is_in(
    zone: Callable[[str], None],
) -> None:
    zone("Europe/Kyiv")
    summer, winter = ("2024:06:30 23:30:00", "2024:01:31 23:30:00")
    assert exif.read(block(detail={ORIGINAL: summer})).at == datetime(2024, 6, 30, 20, 30, tzinfo=UTC)
    assert exif.read(block(detail={ORIGINAL: winter})).at == datetime(2024, 1, 31, 21, 30, tzinfo=UTC)
    stated = block(detail={ORIGINAL: summer, OFFSET_ORIGINAL: "-05:00"})
    assert exif.read(stated).at == datetime(2024, 7, 1, 4, 30, tzinfo=UTC)


def test_a_stated_zone_counts_and_one_that_cannot_be_does_not() -> None:
    stated = block(detail={ORIGINAL: "2024:06:01 12:00:00", OFFSET_ORIGINAL: "+03:00"})
    assert exif.read(stated).at == datetime(2024, 6, 1, 9, tzinfo=UTC)
    nonsense = block(detail={ORIGINAL: "2024:06:01 12:00:00", OFFSET_ORIGINAL: "+93:00"})
    assert exif.read(nonsense).at == datetime(2024, 6, 1, 12, tzinfo=UTC)


def test_south_and_west_are_negative() -> None:
    taken = exif.read(block(place=kyiv(ns="S", ew="W")))
    assert taken.latitude is not None
    assert taken.longitude is not None
    assert taken.latitude < 0
    assert taken.longitude < 0


@pytest.mark.parametrize(
    "moment", ["2024:02:31 12:00:00", "0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", ""]
)
def test_a_moment_that_cannot_be_is_none(moment: str) -> None:
    assert exif.read(block(detail={ORIGINAL: moment})).at is None


def test_the_next_best_moment_counts_where_the_first_makes_no_sense() -> None:
    taken = exif.read(block({CHANGED: "2020:01:02 03:04:05"}, {ORIGINAL: "nonsense"}))
    assert taken.at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "place",
    [
        kyiv(lat=(IFDRational(91), IFDRational(0), IFDRational(0))),
        kyiv(lat=(IFDRational(1, 0), IFDRational(0), IFDRational(0))),
        kyiv(lat=(IFDRational(1),)),
        kyiv(ns="Q"),
        {2: (IFDRational(1), IFDRational(2), IFDRational(3))},
    ],
)
def test_a_place_that_is_none_on_earth_is_none(place: dict[int, object]) -> None:
    assert exif.read(block(place=place)).latitude is None


def test_a_camera_s_name_is_one_short_line() -> None:
    taken = exif.read(block({0x010F: "Evil\n\x1b[2J\u202e", 0x0110: "x" * 5000}))
    assert taken.camera is not None
    assert taken.camera.isprintable()
    assert len(taken.camera) <= 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_every_format_that_has_exif_tells_it(kind: str) -> None:
    said = block({0x010F: "Acme"}, {ORIGINAL: "2024:06:01 12:30:15"})
    if kind == "TIFF":
        made = Image.Exif()
        made.load(said)
        content = encoded(scene(), kind, exif=made)
    else:
        content = encoded(scene(), kind, exif=said)
    taken = exif.read(images.header(content).exif)
    assert taken.camera == "Acme"
    if kind != "TIFF":  # Pillow writes no directory below the first one into a TIFF
        assert taken.at == datetime(2024, 6, 1, 12, 30, 15, tzinfo=UTC)


def test_no_exif_says_nothing() -> None:
    assert exif.read(images.header(encoded(scene(), "JPEG")).exif) == ExifFacts()


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_bytes_of_any_kind_make_it_say_nothing_rather_than_fail(junk: bytes) -> None:
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0"):
        exif.read(start + junk)


@given(st.data())
@settings(max_examples=200)
def test_a_block_with_some_bytes_changed_never_makes_it_fail(data: st.DataObject) -> None:
    content = bytearray(block({0x010F: "Acme"}, {ORIGINAL: "2024:06:01 12:30:15"}, kyiv()))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    exif.read(bytes(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_picture_with_some_bytes_changed_is_refused_or_says_something(
    kind: str, data: st.DataObject
) -> None:
    said = Image.Exif()
    said.load(block({0x010F: "Acme"}, {ORIGINAL: "2024:06:01 12:30:15"}, kyiv()))
    content = bytearray(encoded(scene(24, 24), kind, exif=said))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PictureError):
        exif.read(images.header(bytes(content)).exif)


def test_a_directory_that_points_to_itself_ends() -> None:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    exif.read(b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8))


def test_the_hostile_samples_say_what_they_like_and_nothing_fails() -> None:
    folder = SHARED / "samples" / "hostile"
    if not folder.is_dir():
        pytest.skip("the hostile samples are not here")
    for path in folder.iterdir():
        exif.read(path.read_bytes())


_MEASURED = """
import re, sys, time
from tenfold import images
from tenfold.catalogue.ingest import exif

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1000

block = images.header(open(sys.argv[1], "rb").read()).exif
before, begun = peak(), time.process_time()
exif.read(block)
print(peak() - before, time.process_time() - begun)
"""


def directory(*entries: tuple[int, int, int, int], size: int = 0) -> bytes:
    """A block of one directory of tag, kind, count and value (or where it stands), then `size` bytes."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4 + size)


def tiff(*more: tuple[int, int, int, int], size: int = 0) -> bytes:
    """A TIFF of one grey pixel whose directory has more tags than it needs."""
    needed = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    needed += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 1), (279, 4, 1, 1)]
    return directory(*needed, *more, size=size)


def costly(kind: str) -> bytes:
    """A picture whose EXIF costs far more than its bytes, where every value is read."""
    if kind == "JPEG":  # many tags that name the same bytes
        tags = [(0x8000 + number, 7, 40_000, 24_014) for number in range(2_000)]
        return encoded(scene(), kind, exif=b"Exif\0\0" + directory(*tags, size=40_000))
    if kind == "PNG":  # one tag of very many fractions, in the directory of the place
        place = (0x8825, 4, 1, 26)
        block = directory(place) + struct.pack("<HHHII", 1, 2, 5, 1_000_000, 44) + bytes(8_000_004)
        return encoded(scene(), kind, exif=b"Exif\0\0" + block)
    return tiff((0x9000, 5, 2_500_000, 200), size=20_000_100)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_block_of_many_values_takes_neither_memory_nor_time(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(costly(kind))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)], check=True, capture_output=True, text=True
    )
    megabytes, seconds = map(float, done.stdout.split())
    assert megabytes < 5
    assert seconds < 0.5
