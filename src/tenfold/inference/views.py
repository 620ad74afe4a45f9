"""The views of a picture that the network gets. Knows nothing of networks.

A network of 32 x 32 pixels sees little of a photograph: its subject may be small, off centre, or squeezed by
a wide frame. So a picture larger than the network's input is shown several times, and the answers are
averaged. A picture of the network's own size is shown once, as it is. `benchmarks/models/views.py` compares
the rules; docs/explanation/views.md has its result.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold import images


@dataclass(frozen=True)
class View:
    """A part of a picture: its box in pixels, left, top, right, bottom; mirrored or not."""

    box: tuple[float, float, float, float]
    mirrored: bool = False


Rule = Callable[[int, int], list[View]]


def whole(width: int, height: int) -> list[View]:
    """The whole picture, squeezed to a square."""
    return [View((0, 0, width, height))]


def centre(width: int, height: int) -> list[View]:
    """The largest square in the middle."""
    return [_square(width, height, 1.0, 0.5)]


def mirrored_pair(width: int, height: int) -> list[View]:
    """The whole picture and its mirror image."""
    return _both_ways(whole(width, height))


def five(width: int, height: int) -> list[View]:
    """The whole picture, and the squares in the middle, at both ends, and closer in the middle."""
    return [
        *whole(width, height),
        _square(width, height, 1.0, 0.5),
        _square(width, height, 1.0, 0.0),
        _square(width, height, 1.0, 1.0),
        _square(width, height, 0.75, 0.5),
    ]


def six(width: int, height: int) -> list[View]:
    """The whole picture, the square in the middle and a closer one, each also mirrored."""
    return _both_ways(
        [*whole(width, height), _square(width, height, 1.0, 0.5), _square(width, height, 0.8, 0.5)]
    )


def six_wide(width: int, height: int) -> list[View]:
    """The whole picture both ways, the square in the middle both ways, and the squares at both ends."""
    pair = [*whole(width, height), _square(width, height, 1.0, 0.5)]
    return [*_both_ways(pair), _square(width, height, 1.0, 0.0), _square(width, height, 1.0, 1.0)]


RULES: dict[str, Rule] = {
    "whole": whole,
    "centre": centre,
    "mirrored-pair": mirrored_pair,
    "five": five,
    "six": six,
    "six-wide": six_wide,
}


def views(rule: str, width: int, height: int, size: int) -> list[View]:
    """The views of a picture by a rule in RULES; one view where it has the network's own size."""
    if (width, height) == (size, size):
        return whole(width, height)
    return RULES[rule](width, height)


def cut(pixels: NDArray[np.uint8], shown: list[View], size: int, resize: str) -> NDArray[np.uint8]:
    """The pixels of the views: uint8 `[V, size, size, 3]` from uint8 `[H, W, 3]`."""
    boxes = list(dict.fromkeys(view.box for view in shown))
    found = dict(zip(boxes, images.resize_boxes(pixels, size, resize, boxes), strict=True))
    return np.stack([found[view.box][:, ::-1] if view.mirrored else found[view.box] for view in shown])


def lay_over(
    maps: NDArray[np.float32], shown: list[View], width: int, height: int, cells: int
) -> NDArray[np.float32]:
    """Lay each view's maps where the view was taken: `[V, K, h, w]` to `[K, cells, cells]`.

    A cell of the whole is the mean over the views that show it, each read at its nearest cell; one
    that no view shows has no evidence.
    """
    rows, columns = maps.shape[2:]
    total = np.zeros((maps.shape[1], cells, cells), dtype=np.float32)
    count = np.zeros((cells, cells), dtype=np.float32)
    middle = (np.arange(cells) + 0.5) / cells
    for one, view in zip(maps, shown, strict=True):
        left, top, right, bottom = view.box
        x = (middle * width - left) / (right - left)
        y = (middle * height - top) / (bottom - top)
        in_x, in_y = np.flatnonzero((x >= 0) & (x < 1)), np.flatnonzero((y >= 0) & (y < 1))
        own = one[:, :, ::-1] if view.mirrored else one
        picked = own[:, (y[in_y] * rows).astype(int)][:, :, (x[in_x] * columns).astype(int)]
        total[:, in_y[:, None], in_x] += picked
        count[in_y[:, None], in_x] += 1
    total /= np.maximum(count, 1)
    return total


def _square(width: int, height: int, scale: float, place: float) -> View:
    """A square of `scale` times the short side; `place` 0 to 1 moves it along the long one."""
    side = min(width, height) * scale
    x, y = (width - side) * 0.5, (height - side) * 0.5
    if width >= height:
        x = (width - side) * place
    else:
        y = (height - side) * place
    return View((x, y, x + side, y + side))


def _both_ways(shown: list[View]) -> list[View]:
    return [View(view.box, mirrored) for view in shown for mirrored in (False, True)]
