"""A decoded image to an RGB array, and an array to the model's size."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tenfold.errors import UsageError
from tenfold.images import RESIZE_RULES, pixels, resize
from tests.images.pictures import Pixels, noise, scene


def _box(t: float) -> float:
    return 1.0 if -0.5 < t <= 0.5 else 0.0


def _bilinear(t: float) -> float:
    return max(0.0, 1 - abs(t))


def _bicubic(t: float) -> float:
    a, t = -0.5, abs(t)
    if t < 1:
        return ((a + 2) * t - (a + 3)) * t * t + 1
    return (((t - 5) * t + 8) * t - 4) * a if t < 2 else 0.0


def _sinc(t: float) -> float:
    return 1.0 if t == 0 else math.sin(t * math.pi) / (t * math.pi)


def _lanczos(t: float) -> float:
    return _sinc(t) * _sinc(t / 3) if -3 <= t < 3 else 0.0


FILTERS: dict[str, tuple[Callable[[float], float], float]] = {
    "box": (_box, 0.5),
    "bilinear": (_bilinear, 1),
    "bicubic": (_bicubic, 2),
    "lanczos": (_lanczos, 3),
}


def by_the_book(
    values: Pixels, size: int, rule: str, box: tuple[float, float, float, float]
) -> NDArray[np.int64]:
    """The arithmetic of resize's docstring, word by word."""
    across = _along(values.astype(np.int64), size, rule, box[0], box[2])
    return _along(across.transpose(1, 0, 2), size, rule, box[1], box[3]).transpose(1, 0, 2)


def _along(values: NDArray[np.int64], size: int, rule: str, b0: float, b1: float) -> NDArray[np.int64]:
    n = values.shape[1]
    if b0 == 0 and b1 == n == size:
        return values
    f, support = FILTERS[rule]
    start = np.float32(b0)
    scale = float(np.float32(b1) - start) / size
    wide = max(scale, 1)
    reach = support * wide
    out = np.empty((values.shape[0], size, 3), dtype=np.int64)
    for x in range(size):
        c = float(start) + (x + 0.5) * scale
        first, last = max(0, int(c - reach + 0.5)), min(n, int(c + reach + 0.5))
        weights = np.array([f((i - c + 0.5) * (1 / wide)) for i in range(first, last)])
        fixed = weights / weights.sum() * 2**22
        fixed = np.trunc(fixed + np.where(fixed < 0, -0.5, 0.5)).astype(np.int64)
        total = (values[:, first:last] * fixed[None, :, None]).sum(axis=1)
        out[:, x] = np.clip((total + 2**21) >> 22, 0, 255)
    return out


@pytest.mark.parametrize("rule", RESIZE_RULES)
@pytest.mark.parametrize(
    ("width", "height", "size", "box"),
    [
        (64, 48, 32, None),
        (20, 90, 32, None),
        (90, 20, 32, None),
        (32, 32, 32, None),
        (32, 40, 32, None),
        (1, 1, 4, None),
        (70, 50, 24, (10, 0, 60, 50)),
        (70, 50, 24, (3.25, 7.5, 41.0, 49.9)),
        (32, 32, 32, (0.5, 0, 31.5, 32)),
    ],
)
def test_resize_does_what_its_docstring_says(
    rule: str, width: int, height: int, size: int, box: tuple[float, float, float, float] | None
) -> None:
    values = noise(width, height)
    assert np.array_equal(
        resize(values, size, rule, box), by_the_book(values, size, rule, box or (0, 0, width, height))
    )


def test_resize_gives_bytes_of_the_asked_size() -> None:
    small = resize(scene(), 7, "bilinear")
    assert small.shape == (7, 7, 3)
    assert small.dtype == np.uint8


def test_a_rule_that_is_not_known_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        resize(scene(), 32, "nearest")
    assert str(caught.value) == (
        "the resize rule is not known ('nearest'). Take one of box, bilinear, bicubic, lanczos."
    )


def test_every_shade_and_every_alpha_goes_over_white() -> None:
    shade, alpha = np.meshgrid(np.arange(256), np.arange(256))
    rgba = np.stack([shade, 255 - shade, shade // 2, alpha], axis=-1).astype(np.uint8)
    colours, a = rgba[..., :3].astype(float), alpha[..., None]
    wanted = np.floor((colours * a + 255 * (255 - a)) / 255 + 0.5)
    given = pixels.rgb_of_array(rgba)
    assert given is not None
    assert np.array_equal(given, wanted)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((4, 4, 2), dtype=np.uint8),
        np.zeros((2, 4, 4, 3), dtype=np.uint8),
        np.zeros((4,), dtype=np.uint8),
        np.zeros((0, 4, 3), dtype=np.uint8),
    ],
    ids=lambda values: f"{values.dtype}{values.shape}",
)
def test_an_array_that_is_no_picture_gives_none(values: Pixels) -> None:
    assert pixels.rgb_of_array(values) is None


def test_a_picture_of_many_strips_is_the_same_as_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.fromarray(noise(37, 29))
    whole = [pixels.upright_rgb(image, orientation, None) for orientation in range(1, 9)]
    monkeypatch.setattr(pixels, "_STRIP", 100)
    for orientation, wanted in enumerate(whole, 1):
        assert np.array_equal(pixels.upright_rgb(image, orientation, None), wanted)


@given(values=st.lists(st.floats(width=32), min_size=1))
def test_any_measurements_become_grey_levels(values: list[float]) -> None:
    measured = np.array([values], dtype=np.float32)
    levels = pixels.upright_rgb(Image.fromarray(measured), 1, None)[0, :, 0]
    finite = measured[0][np.isfinite(measured[0])]
    if finite.size and finite.min() < finite.max():
        assert levels[measured[0] == finite.min()].max() == 0
        assert levels[measured[0] == finite.max()].min() == 255


def test_a_picture_of_endless_rows_is_not_stretched_before_it_is_shrunk() -> None:
    rows = 65_536
    tall = np.repeat(np.arange(rows, dtype=np.uint32) >> 8, 3).astype(np.uint8).reshape(rows, 1, 3)
    values = resize(tall, 4, "bilinear")
    assert values.shape == (4, 4, 3)
    assert values[:, 0, 0].tolist() == sorted(values[:, 0, 0].tolist())
    assert (values == values[:, :1]).all()


def test_its_memory_stays_near_the_pictures_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    real = Image.Image.resize

    def watched(image: Image.Image, size: tuple[int, int], *rest: object) -> Image.Image:
        asked.append(size)
        return real(image, size, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Image.Image, "resize", watched)
    resize(np.zeros((100_000, 1, 3), np.uint8), 32, "bilinear")
    assert asked == [(1, 32), (32, 32)]
