"""Boxes in a picture: overlap, distance, union. Knows nothing of what is in them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels: its left upper corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def size(self) -> float:
        """The side of a square of the same area."""
        return float(self.area**0.5)

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def foot(self) -> tuple[float, float]:
        """The middle of the lower edge: where what is in the box stands."""
        return self.x + self.width / 2, self.y + self.height

    def scaled(self, factor: float) -> "Box":
        """The same box in a picture that is `factor` times as large."""
        return Box(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def moved(self, dx: float, dy: float) -> "Box":
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> "Box":
        """The same box with a margin around it, in its own widths and heights."""
        dx, dy = margin * self.width, margin * self.height
        return Box(self.x - dx, self.y - dy, self.width + 2 * dx, self.height + 2 * dy)

    def contains(self, point: tuple[float, float]) -> bool:
        return self.x <= point[0] <= self.x + self.width and self.y <= point[1] <= self.y + self.height

    def intersection(self, other: "Box") -> float:
        """The common area."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(width, 0.0) * max(height, 0.0)

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        common = self.intersection(other)
        return common / max(self.area + other.area - common, 1e-9)

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Box(x, y, right - x, bottom - y)

    def shift_since(self, before: "Box", width: float, height: float) -> float:
        """How far its middle moved, in a picture of that size, in directions in which all of it did.

        Of what only grows, shrinks or flickers, opposite edges go opposite ways. Of an edge at the
        picture's own nothing is known.
        """
        dx = _shift((before.x, before.x + before.width), (self.x, self.x + self.width), width)
        dy = _shift((before.y, before.y + before.height), (self.y, self.y + self.height), height)
        return float((dx * dx + dy * dy) ** 0.5)

    def within(self, width: float, height: float) -> "Box":
        """The part that lies in a picture of that size."""
        x, y = min(max(self.x, 0.0), width), min(max(self.y, 0.0), height)
        right = min(max(self.x + self.width, x), width)
        bottom = min(max(self.y + self.height, y), height)
        return Box(x, y, right - x, bottom - y)


def _shift(before: tuple[float, float], now: tuple[float, float], length: float) -> float:
    """How far the middle of two edges moved; nothing where they went opposite ways."""
    ways = now[0] - before[0], now[1] - before[1]
    cut = min(before[0], now[0]) <= 1 or max(before[1], now[1]) >= length - 1
    return abs(sum(ways)) / 2 if cut or ways[0] * ways[1] > 0 else 0.0
