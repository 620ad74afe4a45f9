from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from tenfold.catalogue.similar.perceptual_hash import ALIKE, distance, perceptual_hash
from tests.paths import SHARED

PHOTOS = SHARED / "samples" / "photos"


def seen(picture: Image.Image) -> int:
    return perceptual_hash(np.asarray(picture.convert("RGB")))


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Soft blobs, as a photograph has light and shade."""
    small: NDArray[np.uint8] = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def recompressed(picture: Image.Image, quality: int) -> Image.Image:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(out)


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half": lambda p: p.resize((p.width // 2, p.height // 2)),
    "thumbnail": lambda p: p.resize((96, 96 * p.height // p.width)),
    "recompressed": lambda p: recompressed(p, 30),
    "brightened": lambda p: ImageEnhance.Brightness(p).enhance(1.2),
    "darkened": lambda p: ImageEnhance.Brightness(p).enhance(0.7),
    "grey": lambda p: p.convert("L"),
}


def test_copies_look_the_same_and_other_pictures_do_not() -> None:
    hashes = [seen(scene(seed)) for seed in range(20)]
    for name, copy in COPIES.items():
        for seed in range(20):
            assert distance(hashes[seed], seen(copy(scene(seed)))) <= ALIKE, name
    assert min(distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) > ALIKE


@pytest.mark.slow
@pytest.mark.skipif(not PHOTOS.exists(), reason="needs ../shared: real photographs")
def test_copies_of_real_photographs_look_the_same() -> None:
    photos = [Image.open(path).convert("RGB") for path in sorted(PHOTOS.glob("*/*"))[::4]]
    hashes = [seen(photo) for photo in photos]
    for name, copy in COPIES.items():
        near = [distance(one, seen(copy(photo))) <= ALIKE for one, photo in zip(hashes, photos, strict=True)]
        assert np.mean(near) >= 0.95, name
    assert min(distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) > ALIKE


def test_a_look_is_a_number_that_every_database_keeps() -> None:
    bright = np.tile(np.linspace(0, 255, 64, dtype=np.uint8)[None, :, None], (64, 1, 3))
    assert perceptual_hash(bright) == -1
    assert perceptual_hash(np.ascontiguousarray(bright[:, ::-1])) == 0
    assert distance(-1, 0) == 64
