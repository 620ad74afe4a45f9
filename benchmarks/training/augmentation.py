"""How many pictures a second each augmentation changes, in batches of 128 and 1,000, of 32 x 32 pixels.

Beside some stands what Pillow does one picture at a time, as a data loader without batches would.

    python -m benchmarks.training.augmentation
"""

import time
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image, ImageOps

from benchmarks.record import spread, write
from tenfold.recipes.augmentation import Augmentation
from tenfold.training.augmentation.augment import Augmenter

SIDE, BATCHES, ROUNDS = 32, (128, 1000), 30

SETTINGS = {
    "Flip": Augmentation(flip="random"),
    "Flip and shift": Augmentation(flip="random", translate=4, fill="reflect"),
    "Flip, shift, turn, shear and zoom": Augmentation(
        flip="random", translate=0.1, rotate=15, shear=5, zoom=0.2
    ),
    "Colour": Augmentation(colour=0.4),
    "Cutout": Augmentation(cutout=10),
    "RandAugment, 2 operations": Augmentation(randaugment=2),
    "AugMix": Augmentation(augmix=3),
    "Noise": Augmentation(noise=0.08),
    "Blur": Augmentation(blur=0.5),
    "JPEG": Augmentation(jpeg=20),
    "Mixup": Augmentation(mixup=0.2),
    "CutMix": Augmentation(cutmix=1.0),
}


def rates(work: Callable[[], object], pictures: int, rounds: int = ROUNDS) -> list[float]:
    """Pictures a second of each round, after three to warm up."""
    for _ in range(3):
        work()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(pictures / (time.perf_counter() - start))
    return found


def ours(settings: Augmentation, batch: int) -> list[float]:
    """The rates of a batch, through all of an `Augmenter`."""
    augmenter, generator = Augmenter(settings, seed=1), torch.Generator().manual_seed(1)
    pictures = torch.randint(0, 256, (batch, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    indices, floats, targets = torch.arange(batch), pictures.float(), torch.eye(10)[torch.arange(batch) % 10]
    if settings.mixup or settings.cutmix:
        return rates(lambda: augmenter.mix(floats, targets, generator), batch)
    return rates(lambda: augmenter.pictures(pictures, indices, 0, generator), batch)


def pillows() -> dict[str, list[float]]:
    """The rates of the same by Pillow, one picture at a time."""
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 256, (1000, SIDE, SIDE, 3), dtype=np.uint8)
    # Turned, sheared and zoomed a little: how much does not change the time.
    matrix = (0.95, -0.2, 4.0, 0.2, 0.95, -2.0)

    def shifted() -> None:
        for one in levels:
            image = ImageOps.expand(ImageOps.mirror(Image.fromarray(one)), 4)
            np.asarray(image.crop((2, 3, 2 + SIDE, 3 + SIDE)))

    def warped() -> None:
        for one in levels:
            image = ImageOps.mirror(Image.fromarray(one))
            affine, bilinear = Image.Transform.AFFINE, Image.Resampling.BILINEAR
            np.asarray(image.transform((SIDE, SIDE), affine, matrix, bilinear))

    return {
        "Flip and shift": rates(shifted, 1000, 10),
        "Flip, shift, turn, shear and zoom": rates(warped, 1000, 10),
    }


def main() -> None:
    peers = pillows()
    rows = []
    for name, settings in SETTINGS.items():
        for batch in BATCHES:
            peer = f"Pillow {spread(peers[name], 'pictures/s', 0)}" if name in peers else ""
            value = spread(ours(settings, batch), "pictures/s", 0)
            what = f"{name}, batch of {batch:,}"
            rows.append({"what": what, "value": value, "n": f"{ROUNDS} batches", "peer": peer})
    write(__file__, rows)


if __name__ == "__main__":
    main()
