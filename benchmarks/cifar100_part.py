"""Cuts the sheets of cifar-100-part into pictures, as a folder of outliers: `class/number.png`.

`pickup_truck` is left out, since people call it a truck, and the classes of HELD_BACK, which judge what a
model says about things that it has never seen.

    python -m benchmarks.cifar100_part FOLDER
"""

import sys
from pathlib import Path

from PIL import Image

from benchmarks.record import SHARED

SIDE = 32
LEFT_OUT = ("pickup_truck",)
# Near ones and far ones: animals, vehicles, plants and things.
HELD_BACK = (
    "beaver", "bowl", "camel", "crab", "kangaroo", "keyboard", "leopard", "lizard", "mountain", "mushroom",
    "rocket", "rose", "seal", "streetcar", "sunflower", "tank", "telephone", "turtle", "wolf", "worm",
)  # fmt: skip


def main() -> None:
    target = Path(sys.argv[1])
    for sheet in sorted((SHARED / "cifar-100-part").glob("*.webp")):
        if sheet.stem in (*LEFT_OUT, *HELD_BACK):
            continue
        place = target / sheet.stem
        place.mkdir(parents=True, exist_ok=True)
        with Image.open(sheet) as opened:
            tiles = opened.convert("RGB")
        wide, high = tiles.width // SIDE, tiles.height // SIDE
        for number in range(wide * high):
            x, y = SIDE * (number % wide), SIDE * (number // wide)
            tiles.crop((x, y, x + SIDE, y + SIDE)).save(place / f"{number}.png")


if __name__ == "__main__":
    main()
