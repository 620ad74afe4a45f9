"""Draws parts of a production line, good ones and bad ones, to try an inspection on.

python examples/draw_parts.py FOLDER [--good N] [--bad N] [--seed N]

FOLDER gets a folder good and a folder bad; with --bad 0 only good ones. A bad part has a scratch, a blot, a
missing corner or a wrong colour, in turn. Each part lies a little differently under another light.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

SIDE, FINE = 240, 2  # drawn so much larger, then made smaller, which smooths the edges
DEFECTS = ("scratch", "blot", "corner", "colour")

Colour = tuple[int, int, int]
BELT: Colour = (88, 92, 96)
PLATE: Colour = (46, 112, 168)
WRONG: tuple[Colour, ...] = ((168, 70, 60), (70, 140, 84), (150, 130, 60))


def part(chance: random.Random, defect: str | None = None) -> Image.Image:
    """A part: an enamelled plate with a label and four screws.

    Args:
        defect: one of DEFECTS; None draws a good part.
    """
    size = SIDE * FINE
    picture = Image.new("RGB", (size, size), BELT)
    draw = ImageDraw.Draw(picture)
    plate = chance.choice(WRONG) if defect == "colour" else PLATE
    edge = 0.03 * size
    draw.rounded_rectangle((edge, edge, size - edge, size - edge), 0.06 * size, plate, width=0)
    _screws_and_label(draw, chance, size)
    if defect == "scratch":
        _scratch(draw, chance, size)
    elif defect == "blot":
        picture = _blot(picture, chance, size)
    elif defect == "corner":
        _corner(draw, chance, size)
    return _photographed(picture, chance)


def _screws_and_label(draw: ImageDraw.ImageDraw, chance: random.Random, size: int) -> None:
    for x in (0.13, 0.87):
        for y in (0.13, 0.87):
            _disc(draw, x * size, y * size, 0.035 * size, (196, 198, 200))
            _disc(draw, x * size, y * size, 0.015 * size, (120, 122, 124))
    draw.rectangle((0.26 * size, 0.34 * size, 0.74 * size, 0.66 * size), (236, 234, 226))
    for line in range(4):
        top, length = (0.39 + 0.06 * line) * size, chance.uniform(0.25, 0.42) * size
        draw.rectangle((0.29 * size, top, 0.29 * size + length, top + 0.022 * size), (60, 62, 66))


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def _scratch(draw: ImageDraw.ImageDraw, chance: random.Random, size: int) -> None:
    x, y = chance.uniform(0.15, 0.5) * size, chance.uniform(0.15, 0.85) * size
    points = [(x, y)]
    for _ in range(4):
        x, y = x + chance.uniform(0.06, 0.12) * size, y + chance.uniform(-0.05, 0.05) * size
        points.append((x, y))
    draw.line(points, (214, 220, 224), width=round(0.012 * size), joint="curve")


def _blot(picture: Image.Image, chance: random.Random, size: int) -> Image.Image:
    mask = Image.new("L", picture.size)
    draw = ImageDraw.Draw(mask)
    x, y = chance.uniform(0.2, 0.8) * size, chance.uniform(0.2, 0.8) * size
    for _ in range(6):
        a, b = x + chance.uniform(-0.04, 0.04) * size, y + chance.uniform(-0.04, 0.04) * size
        radius = chance.uniform(0.02, 0.05) * size
        draw.ellipse((a - radius, b - radius, a + radius, b + radius), 230)
    dark = Image.new("RGB", picture.size, (38, 30, 26))
    return Image.composite(dark, picture, mask.filter(ImageFilter.GaussianBlur(0.006 * size)))


def _corner(draw: ImageDraw.ImageDraw, chance: random.Random, size: int) -> None:
    x, y = chance.choice((0, size)), chance.choice((0, size))
    wide, high = (chance.uniform(0.16, 0.28) * size for _ in range(2))
    along, down = (x + wide if x == 0 else x - wide), (y + high if y == 0 else y - high)
    draw.polygon([(x, y), (along, y), (x, down)], BELT)


def _photographed(picture: Image.Image, chance: random.Random) -> Image.Image:
    """As a camera would take it: turned a little, off its place, under another light, with noise."""
    size = picture.width
    turned = picture.rotate(
        chance.uniform(-4, 4),
        Image.Resampling.BILINEAR,
        translate=(round(chance.uniform(-0.01, 0.01) * size), round(chance.uniform(-0.01, 0.01) * size)),
        fillcolor=BELT,
    )
    small = turned.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(small.size)
    shade = Image.merge("RGB", [light.point(lambda level: 215 + level * 40 // 255)] * 3)
    lit = ImageEnhance.Brightness(ImageChops.multiply(small, shade)).enhance(chance.uniform(0.9, 1.12))
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0, 4, (SIDE, SIDE, 1))
    return Image.fromarray((np.asarray(lit) + noise).clip(0, 255).astype(np.uint8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--good", type=int, default=40, help="how many good parts (40)")
    parser.add_argument("--bad", type=int, default=40, help="how many bad parts (40)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws other parts (1)")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    for name, count in (("good", given.good), ("bad", given.bad)):
        for number in range(count):
            defect = DEFECTS[number % len(DEFECTS)] if name == "bad" else None
            file = given.folder / name / f"{defect or 'part'}-{number + 1}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            part(chance, defect).save(file)
    print(f"{given.good} good and {given.bad} bad parts are in {given.folder}")


if __name__ == "__main__":
    main()
