"""Copies are found however they were changed, and what only looks alike is not."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from tenfold import images
from tenfold.evaluation.data_check.duplicates import LEAST, exact_groups, joined, near_pairs
from tests.paths import SHARED


def drawing(seed: int, size: int = 200) -> Image.Image:
    """Shapes on a gradient, like no other seed's."""
    from PIL import ImageDraw

    random = np.random.default_rng(seed)
    low, high = random.integers(0, 256, (2, 3))
    slope = np.linspace(0, 1, size)[:, None, None] * (high - low) + low
    image = Image.fromarray(np.broadcast_to(slope, (size, size, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, w, h = random.integers(0, size, 4) * [0.8, 0.8, 0.5, 0.5]
        draw.ellipse((x, y, x + w + 10, y + h + 10), fill=tuple(int(c) for c in random.integers(0, 256, 3)))
    return image


def squeezed(image: Image.Image) -> NDArray[np.uint8]:
    return images.resize(np.asarray(image.convert("RGB")), 32, "bilinear")


def encoded(image: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def cropped(image: Image.Image) -> Image.Image:
    return image.crop((6, 4, image.width - 2, image.height - 4))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "resized": lambda image: image.resize((90, 120)),
    "re-encoded": lambda image: encoded(image, 25),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "grey": lambda image: image.convert("L"),
    "softer": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "cropped": cropped,
    "mirrored and re-encoded": lambda image: encoded(
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((70, 70)), 40
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_and_nothing_else(change: str) -> None:
    originals = [drawing(seed) for seed in range(60)]
    copies = [CHANGES[change](image) for image in originals[:8]]
    pictures = np.stack([squeezed(image) for image in [*originals, *copies]])
    pairs, least = near_pairs(pictures)
    found = {(pair.one, pair.other): pair for pair in pairs}
    assert set(found) == {(number, 60 + number) for number in range(8)}
    assert {pair.mirrored for pair in pairs} == {"mirrored" in change}
    assert least == LEAST
    assert all(least <= pair.likeness <= 1.0001 for pair in pairs)


def test_where_all_pictures_are_alike_only_real_copies_count() -> None:
    """As on a belt: the same part in the same place, each time a little different."""
    random = np.random.default_rng(1)
    part = np.asarray(drawing(3, 32)).astype(float)
    pictures = np.stack([part + random.normal(0, 12, part.shape) for _ in range(40)])
    pictures = np.clip(pictures, 0, 255).astype(np.uint8)
    copy = np.clip(pictures[7].astype(int) + 3, 0, 255).astype(np.uint8)
    pairs, least = near_pairs(np.concatenate([pictures, copy[None]]))
    assert least > LEAST + 0.05
    assert [(pair.one, pair.other) for pair in pairs] == [(7, 40)]


def test_pictures_without_contrast_are_copies_of_nothing() -> None:
    random = np.random.default_rng(2)
    pictures = (120 + random.integers(0, 3, (50, 32, 32, 3))).astype(np.uint8)
    assert near_pairs(pictures) == ([], LEAST)


def test_more_pictures_than_are_compared_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.evaluation.data_check.duplicates._BLOCK", 16)
    pictures = np.stack([squeezed(drawing(seed)) for seed in [*range(40), 5, 39]])
    done: list[tuple[int, int]] = []
    pairs, _ = near_pairs(pictures, lambda n, total: done.append((n, total)))
    assert sorted((pair.one, pair.other) for pair in pairs) == [(5, 40), (39, 41)]
    assert done == [(16, 42), (32, 42), (42, 42)]


def test_no_pictures_have_no_copies() -> None:
    assert near_pairs(np.zeros((0, 32, 32, 3), dtype=np.uint8)) == ([], LEAST)


def test_exact_copies_are_those_of_the_same_digest() -> None:
    assert exact_groups([b"a", b"b", b"a", b"c", b"b", b"a"]) == [[0, 2, 5], [1, 4]]
    assert exact_groups([b"a", b"b"]) == []


def test_pairs_that_touch_form_a_group() -> None:
    assert joined(8, [(5, 2), (7, 5), (1, 3)]) == [[1, 3], [2, 5, 7]]
    assert joined(4, []) == []


@pytest.mark.slow
def test_photographs_and_their_copies() -> None:
    folder = SHARED / "samples" / "photos"
    if not folder.is_dir():
        pytest.skip("needs the sample photographs")
    photos = [images.read(path, needed=256) for path in sorted(folder.glob("*/*"))]
    whole = [images.resize(photo, 32, "bilinear") for photo in photos]
    copies = [
        squeezed(
            encoded(Image.fromarray(photo).resize((160, 120)), 30).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        )
        for photo in photos[::4]
    ]
    pairs, _ = near_pairs(np.stack([*whole, *copies]))
    found = {(pair.one, pair.other) for pair in pairs}
    expected = {(4 * number, len(whole) + number) for number in range(len(copies))}
    assert len(found & expected) == len(expected)
    assert len(found - expected) == 0
