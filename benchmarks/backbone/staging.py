"""Small pictures staged as photographs are: the data on which `photo` and `watch` are fitted and chosen.

CIFAR's pictures have 32 pixels and show their subject alone. A photograph is sharp or soft, its subject is
small or off centre, its light and colours vary. So pictures are enlarged by different filters, put on larger
canvases, blurred, sharpened and recoloured. Besides, pictures of nothing are made: textures, plain colours,
letters, noise and half-decoded files. Knows nothing of networks.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.uint8]
Make = Callable[[Pixels, np.random.Generator], Pixels]
SIDE = 192
_FILTERS = (
    Image.Resampling.BICUBIC,
    Image.Resampling.BILINEAR,
    Image.Resampling.LANCZOS,
    Image.Resampling.BICUBIC,
)


def plain(pixels: Pixels, _random: np.random.Generator) -> Pixels:
    """Enlarged as a model file's pixel rule does it."""
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def staged(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Made like a photograph: uint8 `[192, 192, 3]` from uint8 `[32, 32, 3]`."""
    image = Image.fromarray(pixels)
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    how = _FILTERS[random.integers(len(_FILTERS))]
    whole = image.resize((SIDE, SIDE), how) if random.random() < 0.5 else _on_canvas(image, how, random)
    if random.random() < 0.3:
        whole = whole.filter(ImageFilter.GaussianBlur(float(random.uniform(0.5, 3))))
    if random.random() < 0.3:
        whole = whole.filter(ImageFilter.UnsharpMask(4, int(random.integers(50, 200)), 0))
    light = np.asarray(whole).astype(np.float64)
    if random.random() < 0.5:
        light = (light - 128) * random.uniform(0.7, 1.3) + 128 + random.normal(0, 12)
    if random.random() < 0.3:
        light = light * random.uniform(0.85, 1.15, 3)
    if random.random() < 0.3:
        light = light + random.normal(0, random.uniform(2, 12), light.shape)
    return light.clip(0, 255).astype(np.uint8)


def framed(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """As `staged`, without the changes after enlarging: what is judged and chosen on."""
    image = Image.fromarray(pixels)
    how = _FILTERS[random.integers(len(_FILTERS))]
    whole = image.resize((SIDE, SIDE), how) if random.random() < 0.5 else _on_canvas(image, how, random)
    return np.asarray(whole)


def _on_canvas(image: Image.Image, how: Image.Resampling, random: np.random.Generator) -> Image.Image:
    """A smaller subject somewhere on a canvas of its own colours."""
    side = int(random.integers(88, SIDE))
    kind = random.integers(3)
    if kind == 0:
        canvas = image.resize((4, 4), Image.Resampling.BOX).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    elif kind == 1:
        corners = np.asarray(image)[[0, 0, -1, -1], [0, -1, 0, -1]].mean(0)
        canvas = Image.new("RGB", (SIDE, SIDE), (int(corners[0]), int(corners[1]), int(corners[2])))
    else:
        canvas = image.resize((SIDE, SIDE), how).filter(ImageFilter.GaussianBlur(12))
    x, y = random.integers(0, SIDE - side + 1, 2)
    canvas.paste(image.resize((side, side), how), (int(x), int(y)))
    return canvas


def nothing(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """A picture of nothing, made up; only the half-decoded ones take anything from `pixels`."""
    kind = int(random.integers(6))
    if kind == 0:
        return _filled(random)
    if kind == 1:
        return _clouds(random)
    if kind == 2:
        return _stripes(random)
    if kind == 3:
        return _letters(random)
    if kind == 4:
        noise = random.normal(
            random.uniform(60, 200), random.uniform(5, 70), (SIDE, SIDE, 1 + 2 * int(random.integers(2)))
        )
        return np.broadcast_to(noise.clip(0, 255), (SIDE, SIDE, 3)).astype(np.uint8)
    return half_decoded(plain(pixels, random), random.uniform(0.05, 0.4))


def half_decoded(pixels: Pixels, share: float) -> Pixels:
    """As a decoder leaves a file that was cut off: the upper share, then grey."""
    found = pixels.copy()
    found[int(len(found) * share) :] = 128
    return found


def _filled(random: np.random.Generator) -> Pixels:
    one, other = random.integers(0, 256, (2, 3))
    if random.random() < 0.4:
        one = other = random.integers(0, 256, 1).repeat(3)
    ramp = np.linspace(0, 1, SIDE)[:, None, None] * random.integers(2)
    found = np.broadcast_to(one * (1 - ramp) + other * ramp, (SIDE, SIDE, 3))
    return (found if random.random() < 0.5 else found.transpose(1, 0, 2)).astype(np.uint8)


def _clouds(random: np.random.Generator) -> Pixels:
    """Random texture whose spectrum falls with frequency as that of natural pictures does."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE))) + 1 / SIDE
    power = frequency ** -random.uniform(0.5, 2)
    found = np.stack(
        [np.fft.ifft2(np.fft.fft2(random.normal(size=(SIDE, SIDE))) * power).real for _ in range(3)], axis=2
    )
    grey = random.uniform(0, 1)
    found = found * (1 - grey) + found.mean(2, keepdims=True) * grey
    found = (found - found.mean()) / found.std() * random.uniform(15, 60) + random.uniform(70, 180, 3)
    return np.asarray(found.clip(0, 255), np.uint8)


def _stripes(random: np.random.Generator) -> Pixels:
    y, x = np.mgrid[:SIDE, :SIDE]
    angle, width = random.uniform(0, np.pi), random.uniform(3, 40)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * np.pi / width)
    if random.random() < 0.5:
        wave = wave * np.sin((y * np.cos(angle) - x * np.sin(angle)) * np.pi / width)
    if random.random() < 0.5:
        wave = np.sign(wave)
    one, other = random.integers(0, 256, (2, 3))
    share = ((wave + 1) / 2)[:, :, None]
    return np.asarray((one * share + other * (1 - share)).clip(0, 255), np.uint8)


def _letters(random: np.random.Generator) -> Pixels:
    paper, ink = random.integers(180, 256, 3), random.integers(0, 90, 3)
    image = Image.new("RGB", (SIDE, SIDE), (int(paper[0]), int(paper[1]), int(paper[2])))
    draw = ImageDraw.Draw(image)
    size = int(random.integers(9, 40))
    for top in range(int(random.integers(0, 20)), SIDE, int(size * 1.4)):
        words = " ".join(
            "".join(chr(c) for c in random.integers(97, 123, random.integers(2, 9))) for _ in range(8)
        )
        draw.text((6, top), words, fill=(int(ink[0]), int(ink[1]), int(ink[2])), font_size=size)
    return np.asarray(image)
