"""Snow, frost, fog and too much light. Pictures are float32 `[N, S, S, 3]`, 0 to 1; results may leave that.

Lengths are published for side 32 and grow with the side.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tenfold.evaluation.corruptions.sampling import Pictures, smear, zoom

_GREY = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# How many frosted panes are drawn, and their side in picture sides; each picture sees a part of one.
_PANES, _PANE_SIDE = 5, 4
# For pictures beyond this side they are enlarged.
_DRAWN = 64


def snow(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Flakes that fall, on a scene that is paler for them."""
    mean, spread, size, least, length, sigma, kept = (
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    )[level]
    count, side = pictures.shape[:2]
    scale = side / 32
    flakes = rng.normal(mean, spread, (count, side, side, 1)).astype(np.float32)
    flakes = zoom(flakes, max(1.0, size * scale))
    flakes = np.where(flakes < least, 0, np.clip(flakes, 0, 1)).astype(np.float32)
    flakes = smear(flakes, length * scale, sigma * scale, rng.uniform(-135, -45, (count,)))
    pale = np.maximum(pictures, (pictures @ _GREY)[..., None] * 1.5 + 0.5)
    return np.asarray(kept * pictures + (1 - kept) * pale + flakes + flakes[:, ::-1, ::-1])


def fog(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Clouds over the picture, which keeps its greatest level."""
    amount, smoothness = ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75))[level]
    brightest = pictures.max(axis=(1, 2, 3), keepdims=True)
    clouds = plasma(len(pictures), pictures.shape[1], smoothness, rng)[..., None]
    return np.asarray((pictures + amount * clouds) * brightest / (brightest + amount))


def plasma(count: int, side: int, smoothness: float, rng: np.random.Generator) -> Pictures:
    """Clouds, float32 `[count, side, side]`, 0 to 1.

    By midpoint displacement on a torus (Fournier, Fussell and Carpenter 1982).

    Args:
        smoothness: with each halving of the step the randomness falls by its square.
    """
    size = 1 << (side - 1).bit_length()
    field = np.zeros((count, 1, 1), dtype=np.float32)
    amount = 1.0
    while field.shape[1] < size:
        now = field.shape[1]
        finer = np.zeros((count, 2 * now, 2 * now), dtype=np.float32)

        def jolt(now: int = now, amount: float = amount) -> Pictures:
            return rng.uniform(-amount, amount, (count, now, now)).astype(np.float32)

        # The middles of squares first, then those of their sides, each the mean of its four neighbours.
        middle = field + np.roll(field, -1, 1)
        middle = (middle + np.roll(middle, -1, 2)) / 4 + jolt()
        upright = field + np.roll(field, -1, 1) + middle + np.roll(middle, 1, 2)
        level = field + np.roll(field, -1, 2) + middle + np.roll(middle, 1, 1)
        finer[:, ::2, ::2], finer[:, 1::2, 1::2] = field, middle
        finer[:, 1::2, ::2], finer[:, ::2, 1::2] = upright / 4 + jolt(), level / 4 + jolt()
        field, amount = finer, amount / smoothness**2
    field -= field.min(axis=(1, 2), keepdims=True)
    return np.asarray(field / np.maximum(field.max(axis=(1, 2), keepdims=True), 1e-9))[:, :side, :side]


def frost(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """A frosted pane before the scene. The panes are drawn by us, not photographed as the published ones."""
    kept, amount = ((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45))[level]
    side = pictures.shape[1]
    panes = _panes(side)
    which = rng.integers(0, len(panes), len(pictures))
    starts = rng.integers(0, (_PANE_SIDE - 1) * side, (len(pictures), 2))
    mirrored = rng.integers(0, 2, len(pictures))
    over = np.empty(pictures.shape, dtype=np.uint8)
    for index, (top, left) in enumerate(starts):
        part = panes[which[index]][top : top + side, left : left + side]
        over[index] = part[:, ::-1] if mirrored[index] else part
    return np.asarray(kept * pictures + np.float32(amount / 255) * over)


@lru_cache(maxsize=4)
def _panes(side: int) -> tuple[NDArray[np.uint8], ...]:
    """Frosted panes, uint8 `[P, P, 3]` each, the same ones in every run."""
    rng = np.random.default_rng(20190327)
    drawn = _PANE_SIDE * min(side, _DRAWN)
    shown = (_PANE_SIDE * side, _PANE_SIDE * side)
    panes = [Image.fromarray(_pane(drawn, drawn / (_PANE_SIDE * 32), rng)) for _ in range(_PANES)]
    return tuple(np.asarray(pane.resize(shown, Image.Resampling.BICUBIC)) for pane in panes)


def _pane(size: int, scale: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One pane: needles in a few directions where the ice is thick, grain where it is thin, in cold white."""
    thick = _smooth_noise(size, 24 * scale, 24 * scale, 0.0, rng)
    needles = np.zeros((size, size))
    for direction in rng.uniform(0, np.pi) + np.arange(4) * np.pi / 4:
        # Ridges of a noise that is long one way and short the other.
        ridge = 1 - np.abs(_smooth_noise(size, 7 * scale, 0.9 * scale, direction, rng)) / 0.35
        patch = _smooth_noise(size, 12 * scale, 12 * scale, 0.0, rng) > 0.1
        needles = np.maximum(needles, np.clip(ridge, 0, 1) * patch)
    grain = np.clip(0.5 + 0.35 * _smooth_noise(size, 0.8 * scale, 0.8 * scale, 0.0, rng), 0, 1)
    cover = np.clip(0.55 + 0.3 * thick, 0, 1)
    ice = np.clip(cover * (0.35 + 0.35 * grain) + 0.6 * cover * needles, 0, 1)[..., None]
    dark, bright = np.array([0.16, 0.22, 0.30]), np.array([0.92, 0.97, 1.0])
    return np.asarray(255 * (dark * (1 - ice) + bright * ice), dtype=np.uint8)


def _smooth_noise(
    size: int, along: float, across: float, direction: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Noise of mean 0 and deviation 1, `[size, size]`, smoothed by a bell that is turned by `direction`."""
    frequencies = np.fft.fftfreq(size)
    down, over = frequencies[:, None], frequencies[None]
    u = over * np.cos(direction) + down * np.sin(direction)
    v = down * np.cos(direction) - over * np.sin(direction)
    passed = np.exp(-2 * np.pi**2 * ((u * along) ** 2 + (v * across) ** 2))
    noise = np.fft.ifft2(np.fft.fft2(rng.standard_normal((size, size))) * passed).real
    return np.asarray((noise - noise.mean()) / noise.std())


def brightness(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """More light: the value of HSV rises, hue and saturation stay."""
    amount = (0.05, 0.1, 0.15, 0.2, 0.3)[level]
    value = pictures.max(axis=3, keepdims=True)
    raised = np.minimum(value + np.float32(amount), 1)
    return np.asarray(np.where(value > 0, pictures * (raised / np.maximum(value, 1e-6)), raised))
