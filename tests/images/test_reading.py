"""From any source to pixels."""

import struct
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from tenfold.errors import DamagedPicture, NotAPicture, PictureError, PictureTooLarge
from tenfold.images import Limits, header, load, read, upright_size
from tests.images.pictures import Pixels, encoded, exif, grey_tiff, lying, noise, png, scene, tiff

FORMATS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")
EXACT = {"PNG": {}, "WebP": {"lossless": True}, "BMP": {}, "TIFF": {}}
WHOLE = 10**6  # as `needed`: no reduced decoding


def close(given: Pixels, wanted: Pixels, levels: float) -> bool:
    """Whether two pictures are one but for lossy coding: on average and in every place."""
    if given.shape != wanted.shape:
        return False
    apart = np.abs(given.astype(int) - wanted.astype(int))
    return bool(apart.mean() < levels and apart.max() < 12 * levels)


# --- Sources


def test_every_kind_of_source_gives_the_same_pixels(tmp_path: Path) -> None:
    data = encoded(scene(), "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    with path.open("rb") as file, Image.open(path) as image:
        for source in (path, str(path), data, BytesIO(data), file, image, scene()):
            assert np.array_equal(read(source), scene())


@pytest.mark.parametrize("kind", EXACT)
def test_a_lossless_format_gives_the_pixels_exactly(kind: str) -> None:
    assert np.array_equal(read(encoded(scene(), kind, **EXACT[kind])), scene())


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read_whatever_the_name_says(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "lies.txt"
    path.write_bytes(encoded(scene(), kind))
    picture = load(path)
    assert close(picture.pixels, scene(), 12 if kind == "GIF" else 4)
    assert picture.pixels.dtype == np.uint8
    assert (picture.width, picture.height) == (64, 48)


def test_an_array_of_grey_or_with_alpha_is_taken() -> None:
    grey = scene()[:, :, 0]
    assert np.array_equal(read(grey), np.dstack([grey] * 3))
    assert np.array_equal(read(grey[:, :, None]), np.dstack([grey] * 3))
    see_through = np.dstack([scene(), np.zeros_like(grey)])
    assert (read(see_through) == 255).all()


def test_an_array_that_is_no_picture_is_told() -> None:
    with pytest.raises(NotAPicture) as caught:
        read(np.zeros((3, 32, 32), dtype=np.float32))
    assert str(caught.value) == (
        "the array given is not a picture (float32 of shape (3, 32, 32)). "
        "Give uint8 of shape [H, W], [H, W, 3] or [H, W, 4]."
    )


def test_the_callers_image_is_left_as_it_was() -> None:
    image = Image.open(BytesIO(encoded(lying(scene(), 6), "PNG", exif=exif(6))))
    assert np.array_equal(read(image), scene())
    assert image.size == (48, 64)
    assert image.getexif()[0x0112] == 6


def test_what_is_no_picture_is_told_with_what_it_is() -> None:
    with pytest.raises(NotAPicture) as caught:
        read(b"hello", name="photo.txt")
    assert str(caught.value) == (
        "photo.txt is not a picture this build can read (it starts with 'hello'). "
        "Supported: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC."
    )


def test_a_name_in_a_message_is_harmless() -> None:
    with pytest.raises(NotAPicture) as caught:
        read(b"hello", name="a\n\x1b[2J\u202egpj.exe")
    assert str(caught.value).startswith("a[2Jgpj.exe is not a picture")


# --- Limits


@pytest.mark.parametrize("kind", FORMATS)
def test_the_size_is_checked_before_anything_is_decoded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(self: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    data = encoded(scene(64, 48), kind)
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    with pytest.raises(PictureTooLarge) as caught:
        read(data, name="cat", limits=Limits(pixels={"JPEG": 307, "WebP": 3070}.get(kind, 1535)))
    assert str(caught.value) == (
        "cat has too many pixels (64 x 48, 0.003072 megapixels; the limit is 0.00307). "
        "Make it smaller, or raise the setting max_picture_pixels."
    )
    assert (caught.value.reason, caught.value.params) == ("too-many-pixels", {"most": "0.00307"})


def test_a_picture_of_just_the_limit_is_taken() -> None:
    assert read(encoded(scene(), "PNG"), limits=Limits(pixels=64 * 48)).shape == (48, 64, 3)


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "WebP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_larger_picture_is_read_at_a_reduced_scale(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {"exif": exif.tobytes()} if kind not in ("GIF", "BMP") else {}
    data = encoded(scene(64, 48), kind, **how)
    limits = Limits(pixels=64 * 48 // (8 if kind == "JPEG" else 2) + 1)
    whole, small = load(data, needed=10_000), load(data, limits=limits, needed=10_000)
    assert (small.width, small.height) == (whole.width, whole.height)
    assert small.pixels.shape[0] * small.pixels.shape[1] <= limits.pixels
    again = Image.fromarray(small.pixels).resize((small.width, small.height), Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(again, float) - whole.pixels).mean() < 12
    assert header(data, limits=limits).width == whole.width


@pytest.mark.parametrize(("width", "height"), [(1, 64), (64, 1), (3, 41)])
def test_a_thin_picture_is_reduced_too(width: int, height: int) -> None:
    pixels = load(encoded(scene(width, height), "PNG"), limits=Limits(pixels=width * height // 2 + 1)).pixels
    assert pixels.size
    assert pixels.shape[0] * pixels.shape[1] <= width * height // 2 + 1


def test_an_image_and_an_array_are_held_to_the_limit() -> None:
    for source in (scene(), Image.fromarray(scene())):
        with pytest.raises(PictureTooLarge, match="given has too many pixels"):
            read(source, limits=Limits(pixels=100))


_BMP_HEADER = (54, 0, 54, 40, 100_000, 100_000, 1, 24, 0, 0, 0, 0, 0, 0)
_GIF_SCREEN = b"GIF89a%b\x00\x00\x00,\x00\x00\x00\x00%b\x00\x02\x00;"
_JPEG_FRAME = b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00"
BOMBS = {
    "PNG of 400 megapixels": png(20_000, 20_000, 8, 0, b""),
    "BMP of 10000 megapixels": b"BM" + struct.pack("<IIIIiiHHIIIIII", *_BMP_HEADER),
    "GIF of 4295 megapixels": _GIF_SCREEN % (b"\xff" * 4, b"\xff" * 4),
    "GIF whose frame leaves its screen": _GIF_SCREEN % (b"\x01\x00\x01\x00", b"\xff\x7f\xff\x7f"),
    "JPEG of 4295 megapixels": _JPEG_FRAME + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\xff\xd9",
    "WebP of 268 megapixels": b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"
    + b"\xff\x3f\x00" * 2,
    "TIFF of 1000 megapixels": grey_tiff(100_000, 10_000, 8, 1, b""),
    "TIFF with a tile of 900 megapixels": tiff(
        {256: (4, 16), 257: (4, 16), 258: (3, 8), 259: (3, 8), 262: (3, 1), 277: (3, 1)}
        | {322: (4, 30_000), 323: (4, 30_000), 324: (4, None), 325: (4, 9)},
        b"x\x9c" + bytes(7),
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_by_its_header(bomb: str) -> None:
    with pytest.raises(PictureTooLarge):
        read(BOMBS[bomb])


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "quick"),
    [
        ("WebP", {"quality": 40, "method": 0}),
        ("AVIF", {"speed": 10}),
        ("HEIC", {"enc_params": {"preset": "ultrafast"}}),
        ("TIFF", {}),
        ("GIF", {}),
    ],
)
@pytest.mark.slow
def test_a_large_picture_of_few_bytes_is_no_damaged_one(kind: str, quick: dict[str, Any]) -> None:
    # The decoder of a WebP takes memory for all of it as it opens it: one of 20 megapixels did not open.
    smooth = np.full((5000, 6000, 3), (90, 140, 200), np.uint8)
    data = encoded(smooth, kind, **quick)
    assert header(data, limits=Limits(bytes=100_000_000)).width == 6000
    assert read(data, limits=Limits(bytes=100_000_000)).shape == (5000, 6000, 3)


def test_a_webp_with_more_pixels_than_the_limit_is_told_its_size() -> None:
    for more in ({}, {"lossless": True}, {"exif": Image.Exif().tobytes() + bytes(20)}):
        data = encoded(scene(64, 48), "WebP", **more)
        with pytest.raises(PictureTooLarge, match=r"has too many pixels \(64 x 48, "):
            read(data, limits=Limits(pixels=64 * 47))
        assert read(data, limits=Limits(pixels=64 * 48)).shape == (48, 64, 3)


def test_a_large_jpeg_is_decoded_at_a_reduced_size() -> None:
    data = encoded(scene(1000, 800), "JPEG")
    for needed, shape in (
        (100, (100, 125, 3)),
        (101, (200, 250, 3)),
        (256, (400, 500, 3)),
        (500, (800, 1000, 3)),
    ):
        picture = load(data, needed=needed)
        assert picture.pixels.shape == shape
        assert min(shape[:2]) >= needed
        assert (picture.width, picture.height) == (1000, 800)


def test_a_reduced_jpeg_shows_the_same_picture() -> None:
    assert close(read(encoded(scene(1024, 768), "JPEG"), needed=96), scene(128, 96), 4)


def test_a_needed_side_of_nothing_is_no_trouble() -> None:
    assert read(encoded(scene(1000, 800), "JPEG"), needed=0).shape == (100, 125, 3)


# --- The pixel rule


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_a_picture_comes_out_upright_however_it_was_stored(kind: str, orientation: int) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    how = {"quality": 95} if kind in ("JPEG", "AVIF", "HEIC") else EXACT[kind]
    data = encoded(lying(scene(), orientation), kind, exif=tags.tobytes(), **how)
    picture = load(data, needed=WHOLE)
    assert close(picture.pixels, scene(), 4)
    assert (picture.width, picture.height) == (64, 48)
    assert upright_size(data) == (64, 48)


@pytest.mark.parametrize("value", [0, 9, 99])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF"])
def test_an_orientation_that_does_not_exist_counts_as_upright(kind: str, value: int) -> None:
    tags = Image.Exif()
    tags[0x0112] = value
    assert close(read(encoded(scene(), kind, exif=tags.tobytes())), scene(), 4)


def test_broken_exif_neither_stops_a_picture_nor_warns() -> None:
    data = encoded(scene(), "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff" + bytes(range(200)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert close(read(data), scene(), 4)


def test_alpha_goes_over_white_in_every_way_it_is_stored() -> None:
    half = np.dstack([scene(), np.full((48, 64), 128, dtype=np.uint8)])
    wanted = np.floor((scene().astype(float) * 128 + 255 * 127) / 255 + 0.5)
    assert np.array_equal(read(encoded(half, "PNG")), wanted)
    assert np.array_equal(read(encoded(half, "WebP", lossless=True, exact=True)), wanted)
    assert close(read(encoded(half, "AVIF", quality=95)), wanted.astype(np.uint8), 4)
    assert close(read(encoded(half, "HEIC", quality=95)), wanted.astype(np.uint8), 4)
    grey = Image.fromarray(half).convert("LA")
    shown = np.floor((np.asarray(grey)[:, :, 0].astype(float) * 128 + 255 * 127) / 255 + 0.5)
    assert np.array_equal(read(encoded(grey, "PNG"))[:, :, 1], shown)
    assert np.array_equal(read(grey.convert("PA"))[:, :, 1].shape, shown.shape)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (png(3, 1, 8, 0, b"\x00\x00\x80\xff", (b"tRNS", b"\x00\x80")), [0, 255, 255]),
        (png(4, 1, 2, 0, b"\x00\x1b", (b"tRNS", b"\x00\x01")), [0, 255, 170, 255]),
        (png(2, 1, 4, 0, b"\x00\x1b", (b"tRNS", b"\x00\x0b")), [17, 255]),
        (png(2, 1, 1, 0, b"\x00\x40", (b"tRNS", b"\x00\x00")), [255, 255]),
        (png(2, 1, 16, 0, b"\x00\x01\x01\x02\x02", (b"tRNS", b"\x02\x02")), [1, 255]),
        (png(1, 1, 8, 2, b"\x00\x09\x09\x09", (b"tRNS", b"\x00\x09\x00\x09\x00\x09")), [255]),
        (png(1, 1, 16, 2, b"\x00" + b"\x09\x07" * 3, (b"tRNS", b"\x09\x07" * 3)), [255]),
        (png(2, 1, 8, 3, b"\x00\x00\x01", (b"PLTE", bytes(6)), (b"tRNS", b"\x00\xff")), [255, 0]),
    ],
    ids=["grey", "2-bit", "4-bit", "1-bit", "16-bit grey", "colour", "16-bit colour", "palette"],
)
def test_a_transparent_colour_goes_over_white(data: bytes, wanted: list[int]) -> None:
    assert read(data)[0, :, 0].tolist() == wanted


def test_16_bit_grey_is_scaled_and_not_clipped() -> None:
    shades = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    wanted = np.rint(shades / 257).astype(np.uint8)
    for kind in ("PNG", "TIFF"):
        assert np.array_equal(read(encoded(Image.fromarray(shades), kind))[:, :, 2], wanted)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (grey_tiff(3, 1, 16, 1, struct.pack("<3H", 0, 32896, 65535)), [0, 128, 255]),
        (grey_tiff(3, 1, 16, 0, struct.pack("<3H", 0, 32896, 65535)), [255, 127, 0]),
        (grey_tiff(2, 1, 12, 1, b"\xff\xf8\x00"), [255, 128]),
        (grey_tiff(3, 1, 8, 0, b"\x00\x80\xff"), [255, 127, 0]),
    ],
    ids=["16-bit", "16-bit, white is zero", "12-bit", "8-bit, white is zero"],
)
def test_grey_of_every_depth_runs_from_black_to_white(data: bytes, wanted: list[int]) -> None:
    assert read(data)[0, :, 0].tolist() == wanted


def test_measurements_are_stretched_from_black_to_white() -> None:
    for dtype in (np.int32, np.float32):
        values = np.array([[-100, 0, 100]], dtype=dtype)
        assert read(encoded(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == [0, 128, 255]


def test_grey_palette_and_one_bit_pictures_become_rgb() -> None:
    image = Image.fromarray(scene())
    for mode in ("L", "P", "1"):
        converted = image.convert(mode)
        assert np.array_equal(read(encoded(converted, "PNG")), np.asarray(converted.convert("RGB")))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_not_turned_inside_out(kind: str) -> None:
    ink = Image.fromarray(scene()).convert("CMYK")
    assert close(read(encoded(ink, kind)), scene(), 4)


def test_the_first_picture_of_a_moving_one_counts() -> None:
    first, second = Image.fromarray(scene()), Image.fromarray(255 - scene())
    for kind in ("GIF", "PNG", "WebP", "TIFF", "AVIF"):
        data = encoded(first, kind, save_all=True, append_images=[second])
        assert close(read(data), scene(), 12 if kind == "GIF" else 6), kind
    assert close(read(encoded(first, "MPO", save_all=True, append_images=[second])), scene(), 4)


# --- Damage


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"restart_marker_blocks": 2}),
        ("PNG", {}),
        ("WebP", {}),
        ("WebP", {"lossless": True}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("AVIF", {}),
        ("HEIC", {}),
    ],
)
def test_a_picture_cut_anywhere_is_refused_or_whole(kind: str, how: dict[str, object]) -> None:
    data = encoded(noise(40, 32), kind, **how)
    whole = read(data)
    for cut in {*range(0, len(data), max(1, len(data) // 40)), *range(len(data) - 4, len(data))}:
        with suppress(PictureError):
            assert np.array_equal(read(data[:cut]), whole), f"cut at {cut} of {len(data)}"


def test_a_picture_cut_short_is_told_so() -> None:
    data = encoded(noise(64, 48), "JPEG")
    with pytest.raises(DamagedPicture) as caught:
        read(data[:-100], name="cat.jpg")
    assert str(caught.value) == (
        "cat.jpg is a damaged JPEG picture (it ends too early). Fetch or save it again from where it came."
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a", r"is a damaged GIF picture \(its header makes no sense\)"),
        (b"\x89PNG\r\n\x1a\n", r"is a damaged PNG picture \(it ends before its last part\)"),
        (png(2, 2, 8, 0, b"\x09" * 6), r"is a damaged PNG picture \(its pixels do not decode\)"),
        (b"RIFF\x0c\x00\x00\x00WEBPVP8 ", r"is a damaged WebP picture"),
        (b"\x00\x00\x00\x14ftypheic\x00\x00\x00\x00mif1", r"is a damaged HEIC picture"),
        (b"\x00\x00\x00\x14ftypavif\x00\x00\x00\x00mif1", r"is a damaged AVIF picture"),
        (b"II*\x00" + bytes(20), r"is a damaged TIFF picture"),
    ],
)
def test_damage_is_told_in_words(data: bytes, words: str) -> None:
    with pytest.raises(DamagedPicture, match=f"^the data given {words}"):
        read(data)


def test_a_flipped_bit_in_a_png_is_found() -> None:
    data = bytearray(encoded(scene(), "PNG"))
    data[len(data) // 2] ^= 4
    with pytest.raises(DamagedPicture, match="the checksum of its IDAT part is wrong"):
        read(bytes(data))


def test_a_kind_of_picture_that_no_decoder_here_knows_is_no_damage() -> None:
    data = encoded(scene(), "JPEG").replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c")  # 12-bit
    with pytest.raises(NotAPicture) as caught:
        read(data, name="scan.jpg")
    assert str(caught.value) == (
        "scan.jpg is a JPEG picture of a kind this build cannot read (cannot handle 12-bit layers). "
        "Save it again as an ordinary JPEG or PNG."
    )


def test_a_callers_damaged_image_is_told() -> None:
    image = Image.open(BytesIO(encoded(noise(64, 48), "JPEG")[:-100]))
    with pytest.raises(DamagedPicture, match="the image given is a damaged JPEG picture"):
        read(image)


def test_the_header_alone_gives_the_size() -> None:
    data = encoded(noise(64, 48), "JPEG", exif=exif(6))
    assert upright_size(data[:1000]) == (64, 48)
    data = encoded(noise(64, 48), "JPEG", exif=b"Exif\x00\x00" + exif(6))
    assert upright_size(data[:1000]) == (48, 64)
    with pytest.raises(NotAPicture, match=r"notes\.txt is not a picture"):
        upright_size(b"hello", name="notes.txt")


SAMPLES = {kind: encoded(scene(24, 20), kind) for kind in FORMATS}


def picture_or_plain_error(data: bytes) -> bool:
    """Whether reading ends in one of the two ways that it may end."""
    try:
        return read(data).dtype == np.uint8
    except PictureError as error:
        return str(error).startswith("the data given ")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(FORMATS), keep=st.integers(0, 40), body=st.binary(max_size=200))
def test_any_bytes_after_a_true_beginning_give_a_picture_or_a_plain_error(
    kind: str, keep: int, body: bytes
) -> None:
    assert picture_or_plain_error(SAMPLES[kind][:keep] + body)


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(FORMATS),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8
    ),
)
def test_any_changed_bytes_give_a_picture_or_a_plain_error(
    kind: str, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(SAMPLES[kind])
    for place, value in changes:
        data[int(place * len(data))] = value
    assert picture_or_plain_error(bytes(data))


# --- Keeping to itself


def test_many_threads_read_at_once() -> None:
    data = [encoded(lying(scene(), 6), kind, exif=exif(6)) for kind in ("PNG", "TIFF", "AVIF")] * 20
    with ThreadPoolExecutor(4) as threads:
        assert all(close(pixels, scene(), 4) for pixels in threads.map(read, data))


def run(program: str) -> str:
    """What a fresh Python prints."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    ).stdout


def test_importing_loads_no_decoder() -> None:
    assert (
        run("import sys, tenfold.images; print([m for m in sys.modules if m.startswith(('PIL', 'pillow'))])")
        == "[]\n"
    )


def test_only_the_decoder_of_the_picture_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(encoded(scene(), "JPEG"))
    program = f"""
import sys
from tenfold import images
images.read({str(path)!r})
print([m for m in sys.modules if m.endswith("Plugin") or m.startswith("pillow_heif")])
from PIL import Image
print(sorted(Image.OPEN))
"""
    loaded, registered = run(program).splitlines()
    assert loaded == "['PIL.JpegImagePlugin']"
    assert "HEIF" not in registered
