"""Draws the pictures that the documentation's examples use: a ship, a plane, and a cup of tea.

python examples/draw.py FOLDER

They are drawn, not photographed, so that they belong to no one; examples/pictures/ holds what this writes.
"""

import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 480, 360
FINE = 3  # drawn so much larger, then made smaller, which smooths the edges

Colour = tuple[int, int, int]
Point = tuple[float, float]


class Canvas:
    """A picture to draw on, in its final pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE))
        self._draw = ImageDraw.Draw(self.image)

    def gradient(self, top: Colour, bottom: Colour, start: int = 0) -> None:
        """Fill everything below `start` with a colour that changes downwards."""
        first, last = start * FINE, HEIGHT * FINE
        for y in range(first, last):
            share = (y - first) / (last - first)
            colour = tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
            self._draw.line([(0, y), (WIDTH * FINE, y)], fill=colour)

    def polygon(self, colour: Colour, *points: Point) -> None:
        self._draw.polygon(self._fine(points), fill=colour)

    def box(self, colour: Colour, *corners: Point) -> None:
        self._draw.rectangle(self._fine(corners), fill=colour)

    def oval(
        self, colour: Colour | None, *corners: Point, outline: Colour | None = None, width: int = 1
    ) -> None:
        self._draw.ellipse(self._fine(corners), fill=colour, outline=outline, width=width * FINE)

    def half_oval(self, colour: Colour, *corners: Point) -> None:
        """The lower half of an oval."""
        self._draw.pieslice(self._fine(corners), 0, 180, fill=colour)

    def line(self, colour: Colour, *points: Point, width: int = 1) -> None:
        self._draw.line(self._fine(points), fill=colour, width=width * FINE)

    def clouds(self, chance: random.Random, *centres: Point) -> None:
        """Soft white heaps."""
        mask = Image.new("L", self.image.size)
        draw = ImageDraw.Draw(mask)
        for x, y in centres:
            for _ in range(14):
                a, b, r = x + chance.uniform(-60, 60), y + chance.uniform(-12, 12), chance.uniform(10, 26)
                draw.ellipse(self._fine([(a - r, b - r * 0.6), (a + r, b + r * 0.6)]), fill=150)
        self.image.paste((255, 255, 255), (0, 0), mask.filter(ImageFilter.GaussianBlur(10 * FINE)))

    def finished(self) -> Image.Image:
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    @staticmethod
    def _fine(points: "list[Point] | tuple[Point, ...]") -> list[Point]:
        return [(x * FINE, y * FINE) for x, y in points]


def ship() -> Image.Image:
    c, chance = Canvas(), random.Random(4)
    c.gradient((120, 170, 215), (215, 228, 238))
    c.gradient((45, 95, 135), (25, 55, 90), start=225)
    c.box((240, 240, 236), (300, 130), (385, 195))
    c.box((232, 232, 228), (310, 105), (375, 130))
    c.polygon((190, 40, 35), (335, 105), (337, 70), (362, 70), (364, 105))
    c.polygon((245, 245, 245), (336, 84), (337, 76), (362, 76), (363, 84))
    for y in (140, 158, 176):
        for x in range(308, 379, 14):
            c.box((60, 80, 100), (x, y), (x + 7, y + 7))
    for x in range(316, 368, 13):
        c.box((50, 70, 90), (x, 112), (x + 8, 120))
    for x in (150, 225):
        c.box((210, 180, 90), (x, 100), (x + 4, 195))
        c.line((90, 90, 90), (x - 45, 180), (x + 2, 105), (x + 47, 180))
    paints = [(170, 60, 50), (60, 100, 150), (200, 150, 60), (80, 130, 90)]
    places = [(x, 180) for x in range(110, 285, 25)] + [(x, 165) for x in range(130, 285, 25)]
    for number, (x, y) in enumerate(places):
        c.box(paints[number % 4], (x, y), (x + 24, y + 15))
    c.polygon((40, 48, 66), (40, 190), (420, 190), (408, 250), (78, 250))
    c.polygon((150, 45, 40), (70, 236), (411, 236), (406, 262), (86, 262))
    c.line((235, 235, 235), (42, 194), (420, 194), width=2)
    lights = [(70, 120, 155), (95, 145, 175), (30, 72, 105), (150, 185, 205)]
    for _ in range(260):
        left, deep = chance.uniform(-20, WIDTH), chance.uniform(252, HEIGHT)
        length = chance.uniform(8, 40) * (0.4 + (deep - 240) / 120)
        c.line(chance.choice(lights), (left, deep), (left + length, deep))
    for x in range(70, 420, 6):
        c.oval((200, 218, 228), (x, 256 + chance.uniform(-3, 3)), (x + 14, 266))
    return c.finished()


def plane() -> Image.Image:
    c = Canvas()
    c.gradient((70, 130, 200), (190, 215, 238))
    c.clouds(random.Random(2), (90, 290), (380, 310), (240, 330), (420, 60))
    c.polygon((165, 172, 180), (235, 165), (275, 165), (215, 105), (198, 105))
    c.polygon((200, 40, 45), (372, 160), (425, 162), (440, 95), (415, 95))
    c.oval((240, 243, 246), (50, 148), (150, 205))
    c.polygon((240, 243, 246), (100, 148), (380, 148), (440, 160), (440, 166), (360, 203), (100, 205))
    c.polygon((196, 203, 211), (64, 186), (403, 186), (360, 203), (100, 205))
    c.polygon((50, 60, 75), (58, 165), (80, 154), (92, 154), (90, 165))
    for x in range(118, 370, 13):
        c.oval((60, 75, 95), (x, 164), (x + 6, 172))
    c.line((200, 40, 45), (55, 180), (418, 176), width=3)
    c.polygon((170, 176, 184), (385, 172), (425, 172), (450, 150), (432, 150))
    c.polygon((178, 185, 194), (205, 186), (275, 186), (345, 275), (318, 275))
    c.oval((120, 128, 140), (228, 204), (278, 228))
    c.oval((60, 66, 76), (224, 205), (242, 228))
    return c.finished()


def tea() -> Image.Image:
    c = Canvas()
    c.gradient((214, 178, 135), (184, 138, 90))
    for x in range(0, WIDTH, 40):
        c.line((176, 132, 92), (x, 0), (x + 6, HEIGHT), width=2)
    c.oval((244, 244, 240), (90, 235), (390, 330), outline=(190, 190, 190), width=2)
    c.oval((226, 226, 220), (140, 250), (340, 310))
    c.oval(None, (318, 140), (400, 225), outline=(248, 248, 244), width=16)
    c.half_oval((250, 250, 246), (130, 40), (350, 300))
    c.oval((250, 250, 246), (130, 130), (350, 210), outline=(205, 205, 200), width=2)
    c.oval((150, 78, 30), (145, 138), (335, 202))
    c.oval((186, 112, 52), (170, 146), (260, 176))
    return c.finished()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for draw in (ship, plane, tea):
        draw().save(folder / f"{draw.__name__}.png", optimize=True)


if __name__ == "__main__":
    main()
