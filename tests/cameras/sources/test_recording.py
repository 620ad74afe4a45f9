"""Every frame of a recording comes with its time; a decoder that fails is told of and harms nobody."""

import os
import struct
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.cameras.address import parse
from tenfold.cameras.decoder.process import Decoder
from tenfold.cameras.frames import Frame, FrameSource
from tenfold.cameras.sources import Recording, open_source
from tenfold.errors import CameraError
from tests.cameras import faulty
from tests.cameras.made_clips import number_in, write_clip
from tests.paths import ROOT

HOSTILE = ROOT.parent / "shared" / "samples" / "hostile" / "andrewssobral__demo.avi"


pytestmark = pytest.mark.usefixtures("decoders_find_tests")


def frames_of(source: FrameSource) -> list[Frame]:
    return list(source.frames(threading.Event()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.mkv", "libx265"),
        ("a.avi", "mjpeg"),
        ("a.mp4", "mpeg4"),
    ],
)
def test_every_frame_comes_in_order_with_the_time_of_the_recording(
    tmp_path: Path, name: str, codec: str
) -> None:
    source = open_source(str(write_clip(tmp_path / name, codec=codec, count=60)))
    frames = frames_of(source)
    assert [number_in(frame.pixels) for frame in frames] == list(range(60))
    assert [frame.number for frame in frames] == list(range(60))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(60) / 25, abs=0.002)
    assert frames[0].key
    assert (source.facts.width, source.facts.height, source.facts.live) == (320, 240, False)


def test_a_slow_receiver_misses_no_frame(clip: Path) -> None:
    numbers = []
    for frame in open_source(str(clip)).frames(threading.Event()):
        time.sleep(0.005)
        numbers.append(number_in(frame.pixels))
    assert numbers == list(range(100))


def test_frames_that_change_their_size_are_all_given(tmp_path: Path) -> None:
    """Two transport streams put together are one file."""
    small = write_clip(tmp_path / "small.ts", count=25)
    large = write_clip(tmp_path / "large.ts", count=25, width=640, height=480)
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    sizes = [frame.pixels.shape[:2] for frame in frames_of(open_source(str(both)))]
    assert sizes == [(240, 320)] * 25 + [(480, 640)] * 25


def test_a_film_that_a_telephone_held_upright_made_is_turned(clip: Path, tmp_path: Path) -> None:
    """The track's matrix in the header says how it is to be turned: a quarter to the right."""
    content = bytearray(clip.read_bytes())
    matrix = content.index(b"tkhd") + 4 + 40
    content[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 240 << 16, 0, 1 << 30)
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(content)
    frames = open_source(str(turned)).frames(threading.Event())
    pixels = next(frames).pixels
    assert pixels.shape == (320, 240, 3)
    assert number_in(np.rot90(pixels)) == 0
    assert number_in(np.rot90(next(frames).pixels)) == 1
    frames.close()  # type: ignore[attr-defined]


def test_a_damaged_part_is_passed_over_and_counted(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.avi", codec="mjpeg", count=50)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = os.urandom(20_000)
    path.write_bytes(content)
    source = open_source(str(path))
    assert isinstance(source, Recording)
    assert 30 < len(frames_of(source)) <= 50


def test_a_folder_of_pictures_is_a_recording(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        Image.new("RGB", (8 * number, 16), (number, 0, 0)).save(tmp_path / f"frame{number}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "frame3.png").write_bytes(b"damaged")
    source = open_source(str(tmp_path), rate=10)
    frames = frames_of(source)
    assert [frame.pixels[0, 0, 0] for frame in frames] == [1, 2, 10]
    assert [frame.time for frame in frames] == [0.0, 0.1, pytest.approx(0.3)]
    assert source.facts.width == 8


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="holds no picture"):
        frames_of(open_source(str(tmp_path)))


@pytest.mark.skipif(not HOSTILE.exists(), reason="needs the hostile samples")
def test_a_file_that_kills_other_readers_is_read() -> None:
    assert len(frames_of(open_source(str(HOSTILE)))) == 51


@pytest.mark.slow
@pytest.mark.parametrize(
    ("child", "silent", "words", "reason"),
    [
        (faulty.crash, 30, "the system ended it with signal 6", "decoder"),
        (faulty.hang, 2, "gives no more frames", "timeout"),
        (faulty.leak, 30, "200 MB of memory", "out-of-memory"),
    ],
    ids=["crash", "hang", "leak"],
)
def test_a_decoder_that_fails_is_told_and_nobody_else_notices(
    clip: Path, child: Callable[..., None], silent: float, words: str, reason: str
) -> None:
    other: list[int] = []

    def look() -> None:
        other.extend(number_in(frame.pixels) for frame in open_source(str(clip)).frames(threading.Event()))

    beside = threading.Thread(daemon=True, target=look)
    beside.start()
    target = f"{faulty.__name__}:{child.__name__}"
    decoder = partial(Decoder, child=target, silent_seconds=silent, memory=200 << 20)
    frames = Recording(parse(str(clip)), open_decoder=decoder).frames(threading.Event())
    seen = [number_in(next(frames).pixels) for _ in range(10)]
    with pytest.raises(CameraError, match=words) as failed:
        next(frames)
    assert failed.value.reason == reason
    assert seen == list(range(10))
    beside.join()
    assert other == list(range(100))


def test_of_a_recording_only_as_many_frames_are_given_as_are_wanted(clip: Path) -> None:
    frames = frames_of(open_source(str(clip), rate=10))
    assert [frame.number for frame in frames] == list(range(0, 100, 3)), "0.12 s apart, of 25 a second"
    assert [number_in(frame.pixels) for frame in frames] == [frame.number for frame in frames]


def test_reading_stops_when_it_is_asked_to(clip: Path) -> None:
    stop = threading.Event()
    for frame in open_source(str(clip)).frames(stop):
        if frame.number == 5:
            stop.set()
            began = time.monotonic()
        assert frame.number <= 5
    assert time.monotonic() - began < 2


def test_what_a_decoder_fails_with_holds_no_password(clip: Path) -> None:
    decoder = partial(Decoder, child=f"{faulty.__name__}:{faulty.told.__name__}")
    address = parse("rtsp://admin:SECRET@127.0.0.1:9/live")
    with pytest.raises(CameraError) as failed:
        list(Recording(address, open_decoder=decoder).frames(threading.Event()))
    assert "SECRET" not in str(failed.value)
