"""A frame's planes say the same as its RGB, whatever of them is asked for."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
cv2 = pytest.importorskip("cv2", reason="needs the cameras extra: pip install 'tenfold[cameras]'")

from tenfold.cameras.boxes import Box  # noqa: E402
from tenfold.cameras.crops import square  # noqa: E402
from tenfold.cameras.decoder.video import planes  # noqa: E402
from tenfold.cameras.frames import Frame  # noqa: E402
from tenfold.cameras.picture import Part, PlanarPicture, RgbPicture  # noqa: E402
from tenfold.cameras.sources import open_source  # noqa: E402
from tests.cameras.made_clips import number_in, write_clip  # noqa: E402

WIDTH, HEIGHT = 322, 242  # neither is a multiple of four
# Codes of FFmpeg: 1 is BT.709, 5 BT.601; of the range 1 is 16 to 235, 2 is 0 to 255.
KINDS = [("yuv420p", 1, 1), ("yuv420p", 5, 1), ("yuv420p", 5, 2), ("yuvj420p", 1, 2), ("yuvj420p", 5, 2)]


def smooth() -> NDArray[np.uint8]:
    """Colours that change so slowly that nothing is lost where planes of colour are of half the size."""
    coarse = np.random.default_rng(0).integers(0, 255, (4, 5, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def planar(
    pixels: NDArray[np.uint8], name: str = "yuv420p", standard: int = 1, levels: int = 1
) -> PlanarPicture:
    rgb = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    frame = rgb.reformat(format=name, dst_colorspace=standard, dst_color_range=levels)
    frame.colorspace, frame.color_range = standard, levels
    found = planes(frame)
    assert found is not None
    (light, blue, red), said, full = found
    assert (said, full) == (709 if standard == 1 else 601, levels == 2)
    return PlanarPicture((light, blue, red), said, full)


def apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """By how many levels two pictures differ, on average in the channel in which they differ most."""
    assert a.shape == b.shape
    return float(np.abs(a.astype(int) - b).mean(axis=(0, 1)).max())


@pytest.mark.parametrize(("name", "standard", "levels"), KINDS)
def test_planes_become_the_rgb_of_which_they_were_made(name: str, standard: int, levels: int) -> None:
    pixels = smooth()
    picture = planar(pixels, name, standard, levels)
    assert picture.size == (WIDTH, HEIGHT)
    assert apart(picture.whole(), pixels) < 2


@pytest.mark.parametrize("longest", [64, 200, 320, 1000])
def test_a_reduced_picture_is_the_same_of_planes_as_of_rgb(longest: int) -> None:
    pixels = smooth()
    assert apart(planar(pixels).reduced(longest), RgbPicture(pixels).reduced(longest)) < 2


@pytest.mark.parametrize("part", [Part(0, 0, WIDTH, HEIGHT), Part(31, 17, 101, 64), Part(222, 143, 99, 99)])
@pytest.mark.parametrize("longest", [48, 384])
def test_a_part_is_the_same_of_planes_as_of_rgb(part: Part, longest: int) -> None:
    pixels = smooth()
    assert apart(planar(pixels).part(part, longest), RgbPicture(pixels).part(part, longest)) < 2


def test_sharpness_is_the_same_of_planes_as_of_rgb() -> None:
    random = np.random.default_rng(0)
    grey = random.integers(40, 200, (HEIGHT, WIDTH, 1)).repeat(3, 2).astype(np.uint8)
    part = Part(31, 17, 101, 64)
    expected = RgbPicture(grey).sharpness(part)
    assert planar(grey, levels=1).sharpness(part) == pytest.approx(expected, rel=0.03)
    assert planar(grey, "yuvj420p", 5, 2).sharpness(part) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("box", [Box(10, 20, 50, 30), Box(300, 200, 22, 42), Box(0, 0, 322, 242)])
def test_a_crop_of_planes_is_that_of_rgb_at_an_edge_and_beyond_it_too(box: Box) -> None:
    pixels = smooth()
    ours, rgb = square(planar(pixels), box), square(RgbPicture(pixels), box)
    assert ours.shape[0] == ours.shape[1] <= 384
    assert apart(ours, rgb) < 2


@pytest.mark.parametrize(
    ("name", "standard", "size"),
    [("yuv420p", 1, (321, 240)), ("yuv444p", 1, (320, 240)), ("yuv420p", 9, (320, 240))],
)
def test_of_what_is_no_such_planes_there_are_none(name: str, standard: int, size: tuple[int, int]) -> None:
    frame = av.VideoFrame(*size, name)
    frame.colorspace = standard
    assert planes(frame) is None


def frames_of(clip: Path, *, as_planes: bool) -> list[Frame]:
    return list(open_source(str(clip), planes=as_planes).frames(threading.Event()))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.avi", "mjpeg")])
def test_a_decoder_gives_planes_where_they_are_asked_for(tmp_path: Path, name: str, codec: str) -> None:
    clip = write_clip(tmp_path / name, codec=codec, count=20, width=320, height=248)
    ours, rgb = frames_of(clip, as_planes=True), frames_of(clip, as_planes=False)
    assert {type(frame.picture) for frame in ours} == {PlanarPicture}
    assert {type(frame.picture) for frame in rgb} == {RgbPicture}
    assert [number_in(frame.pixels) for frame in ours] == list(range(20))
    assert apart(ours[3].picture.reduced(160), rgb[3].picture.reduced(160)) < 3
    picture = ours[0].picture
    assert isinstance(picture, PlanarPicture)
    assert not any(plane.flags.writeable for plane in picture.planes)
