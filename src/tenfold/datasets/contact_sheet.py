"""Labelled pictures side by side in one image. Opens and writes no file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.labelled import LabelledPictures

if TYPE_CHECKING:
    from PIL import Image, ImageFont

COLUMNS = 5
PICTURES = COLUMNS * COLUMNS
TILE, _GAP, _LINE = 128, 12, 24
# A font with the letters of most languages, where the system has it; Pillow's own has the Latin ones.
_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf")
_FONT_SIZE = 15
_INK, _PAPER = (19, 32, 28), (255, 255, 255)


def first(data: LabelledPictures, count: int = PICTURES) -> NDArray[np.int64]:
    """The first pictures `[count]`; where they come class by class, the classes take turns."""
    if not len(data) or (np.diff(data.labels) < 0).any():
        return np.arange(min(count, len(data)))
    members = [np.flatnonzero(data.labels == label) for label in np.unique(data.labels)]
    turns = [(turn, label) for label, own in enumerate(members) for turn in range(min(len(own), count))]
    return np.array([members[label][turn] for turn, label in sorted(turns)[:count]], dtype=np.int64)


def contact_sheet(pictures: NDArray[np.uint8], captions: Sequence[str]) -> "Image.Image":
    """Pictures uint8 `[N, S, S, 3]`, five in a row, each over its caption, as an RGB image."""
    from PIL import Image, ImageDraw

    rows = -(-len(pictures) // COLUMNS)
    width, height = COLUMNS * (TILE + _GAP) + _GAP, rows * (TILE + _LINE + _GAP) + _GAP
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw, font = ImageDraw.Draw(sheet), _font()
    for number, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        x = _GAP + number % COLUMNS * (TILE + _GAP)
        y = _GAP + number // COLUMNS * (TILE + _LINE + _GAP)
        image = Image.fromarray(np.ascontiguousarray(picture))
        # Small pictures are shown as the pixels they are.
        how = Image.Resampling.NEAREST if image.width <= TILE // 2 else Image.Resampling.LANCZOS
        sheet.paste(image.resize((TILE, TILE), how), (x, y))
        text = caption
        while len(text) > 1 and draw.textlength(text, font) > TILE:
            text = text[:-2].rstrip() + "…"
        draw.text((x + TILE / 2, y + TILE + _LINE / 2), text, fill=_INK, font=font, anchor="mm")
    return sheet


def _font() -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    from PIL import ImageFont

    for name in _FONTS:
        try:
            return ImageFont.truetype(name, _FONT_SIZE)
        except OSError:
            continue
    return ImageFont.load_default(_FONT_SIZE)
