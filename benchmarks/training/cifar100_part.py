"""Cuts the sheets of cifar-100-part into pictures, as a folder of outliers: `class/number.png`.

The classes of LEFT_OUT and of HELD_BACK are not there; the latter judge what a model says about things that
it has never seen.

    python -m benchmarks.training.cifar100_part FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.record import SHARED

SHEETS = SHARED / "cifar-100-part"
SIDE = 32
# People call a pickup truck a truck.
LEFT_OUT = ("pickup_truck",)
# Near ones and far ones: animals, vehicles, plants and things.
HELD_BACK = (
    "beaver", "bowl", "camel", "crab", "kangaroo", "keyboard", "leopard", "lizard", "mountain", "mushroom",
    "rocket", "rose", "seal", "streetcar", "sunflower", "tank", "telephone", "turtle", "wolf", "worm",
)  # fmt: skip


def class_names() -> list[str]:
    """The classes of which there are sheets."""
    return sorted(path.stem for path in SHEETS.glob("*.webp"))


def pictures_of(name: str) -> NDArray[np.uint8]:
    """The pictures of a class, `[N, 32, 32, 3]`."""
    sheet = np.asarray(Image.open(SHEETS / f"{name}.webp").convert("RGB"))
    rows, columns = sheet.shape[0] // SIDE, sheet.shape[1] // SIDE
    tiles = sheet.reshape(rows, SIDE, columns, SIDE, 3).transpose(0, 2, 1, 3, 4)
    return tiles.reshape(-1, SIDE, SIDE, 3)


def main() -> None:
    target = Path(sys.argv[1])
    for name in class_names():
        if name in (*LEFT_OUT, *HELD_BACK):
            continue
        place = target / name
        place.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(pictures_of(name)):
            Image.fromarray(picture).save(place / f"{number}.png")


if __name__ == "__main__":
    main()
