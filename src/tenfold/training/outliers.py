"""Pictures of none of the classes, on which the network is trained to be unsure.

Outlier exposure (Hendrycks et al. 2019, arXiv 1812.04606): the answer that is wanted for them is the same
probability for every class. Knows no network.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Generator, Tensor
from torch.nn import functional

from tenfold import images
from tenfold.errors import PictureError, TrainingError
from tenfold.folder_walk import files_below
from tenfold.os_errors import refused
from tenfold.recipes.recipe import Outliers

Pictures = NDArray[np.uint8]
# Makes one picture `[side, side, 3]`.
MadeUp = Callable[[int, np.random.Generator], Pictures]
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?!&%,.  "))


class OutlierPictures:
    """The pool of outliers: a folder's pictures, and made-up ones.

    Args:
        settings: the folder, and how many are made up.
        side: of all pictures, in pixels.
        seed: of the made-up ones.

    Raises:
        TrainingError: the folder has no picture that can be read.
    """

    def __init__(self, settings: Outliers, side: int, seed: int) -> None:
        self.weight, self.share = settings.weight, settings.share
        found = [made_up(settings.made_up, side, seed)] if settings.made_up else []
        if settings.source:
            found.append(read_folder(Path(settings.source), side))
        self.pictures = torch.from_numpy(np.concatenate(found)).permute(0, 3, 1, 2)

    def draw(self, beside: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Outliers for a batch of `size` pictures, uint8 `[M, 3, side, side]`, and their indices."""
        chosen = torch.randint(len(self.pictures), (max(1, round(self.share * beside)),), generator=generator)
        return self.pictures[chosen], chosen

    def loss(self, logits: Tensor) -> Tensor:
        """The mean cross-entropy of logits `[M, K]` with the same probability for every class, weighed."""
        return -self.weight * functional.log_softmax(logits, dim=1).mean()


def read_folder(folder: Path, side: int) -> Pictures:
    """All pictures of a folder and of those in it, squeezed to `[N, side, side, 3]`; others are passed over.

    Raises:
        TrainingError: there are none, or the folder cannot be listed.
    """

    def refuse(reason: OSError) -> None:
        cure = "Name a folder of pictures that show none of the classes."
        subject = f"The folder of outliers {folder}"
        raise refused(TrainingError, subject, reason, "cannot be listed", cure=cure) from reason

    def read(path: str) -> Pictures | None:
        try:
            return images.resize(images.read(path), side, "bilinear")
        except PictureError:
            return None

    paths = sorted(files_below(str(folder), follow=True, unlisted=refuse))
    with ThreadPoolExecutor() as readers:
        found = [picture for picture in readers.map(read, paths) if picture is not None]
    if not found:
        raise TrainingError(
            f"The folder of outliers {folder}",
            "has no picture that can be read",
            cure="Name a folder of pictures that show none of the classes.",
        )
    return np.stack(found)


def made_up(count: int, side: int, seed: int) -> Pictures:
    """Plain colours, gradients, noise, textures, stripes and text in turn, `[count, side, side, 3]`."""
    random = np.random.default_rng(seed)
    return np.stack([MADE_UP[number % len(MADE_UP)](side, random) for number in range(count)])


def plain(side: int, random: np.random.Generator) -> Pictures:
    """One colour; every other time a grey."""
    return _levels(np.broadcast_to(_colour(random), (side, side, 3)))


def gradient(side: int, random: np.random.Generator) -> Pictures:
    """From one colour to another in some direction."""
    return _between(_along(side, random) / side / 2 + 0.5, random)


def noise(side: int, random: np.random.Generator) -> Pictures:
    """Every level drawn alone, from little contrast to all."""
    return _levels(_colour(random) + random.normal(0, random.uniform(5, 100), (side, side, 3)))


def texture(side: int, random: np.random.Generator) -> Pictures:
    """Noise whose strength falls with frequency, as in clouds, walls and grass."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = 1
    waves = np.fft.rfft2(random.normal(size=(side, side))) / frequency ** random.uniform(0.5, 2)
    field = np.fft.irfft2(waves, s=(side, side))
    return _between(0.5 + (field - field.mean()) / (4 * field.std() + 1e-9), random)


def stripes(side: int, random: np.random.Generator) -> Pictures:
    """Bars, or a chessboard of them, in two colours."""
    period = random.uniform(2, side / 2)
    bars = _along(side, random) % period < period / 2
    crossed = bars ^ (_along(side, random) % period < period / 2) if random.random() < 0.5 else bars
    return _between(crossed.astype(np.float64), random)


def text(side: int, random: np.random.Generator) -> Pictures:
    """Lines of random letters."""
    background, ink = (tuple(int(level) for level in _colour(random)) for _ in range(2))
    sheet = Image.new("RGB", (side, side), background)
    draw, size = ImageDraw.Draw(sheet), random.uniform(side / 5, side / 2)
    for top in np.arange(random.uniform(-size, 0), side, 1.2 * size):
        letters = "".join(random.choice(_LETTERS, 12))
        draw.text((random.uniform(-size, 0), top), letters, fill=ink, font_size=size)
    return np.asarray(sheet)


MADE_UP: tuple[MadeUp, ...] = (
    plain, gradient, noise, texture, stripes, text,
)  # fmt: skip


def _colour(random: np.random.Generator) -> NDArray[np.float64]:
    """Levels `[3]`; a grey every other time."""
    return random.uniform(0, 255, 3) if random.random() < 0.5 else np.repeat(random.uniform(0, 255), 3)


def _along(side: int, random: np.random.Generator) -> NDArray[np.float64]:
    """How far each pixel lies in a random direction from the middle, `[side, side]`."""
    angle, places = random.uniform(0, 2 * np.pi), np.arange(side) - (side - 1) / 2
    found: NDArray[np.float64] = np.cos(angle) * places[None] + np.sin(angle) * places[:, None]
    return found


def _between(shares: NDArray[np.float64], random: np.random.Generator) -> Pictures:
    """From one random colour to another, by shares `[side, side]` of 0 to 1."""
    one, other = _colour(random), _colour(random)
    return _levels(one + np.clip(shares, 0, 1)[:, :, None] * (other - one))


def _levels(values: NDArray[np.float64]) -> Pictures:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
