"""Which random changes a picture goes through in training: the settings alone, without torch.

Every setting is off by default. augment.py carries them out.
"""

from dataclasses import dataclass, field
from typing import Any

FLIPS = ("none", "random", "alternating")
FILLS = ("nearest", "reflect", "constant")

# The least and the greatest value of each number.
RANGES: dict[str, tuple[float, float]] = {
    "translate": (0, 112),
    "rotate": (0, 180),
    "shear": (0, 60),
    "zoom": (0, 0.9),
    "colour": (0, 1),
    "cutout": (0, 32),
    "randaugment": (0, 10),
    "randaugment_magnitude": (0, 30),
    "augmix": (0, 10),
    "noise": (0, 1),
    "blur": (0, 0.9),
    "jpeg": (0, 100),
    "mixup": (0, 100),
    "cutmix": (0, 100),
}


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class Augmentation:
    """The random changes of one training run.

    Raises:
        ValueError: a setting is out of range; names it, its value and what is allowed.
    """

    flip: str = _setting(
        "none", "mirror left and right: none, random, or alternating (each picture in every other epoch)"
    )
    translate: float = _setting(
        0.0, "shift each way by up to this many pixels, or by this share of the side if below 1"
    )
    rotate: float = _setting(0.0, "turn by up to this many degrees either way")
    shear: float = _setting(0.0, "shear by up to this many degrees either way, as Keras's shear_range")
    zoom: float = _setting(
        0.0, "scale each axis by 1 - zoom to 1 + zoom, drawn for each axis alone as Keras does"
    )
    fill: str = _setting(
        "nearest", "what comes into view: nearest (the edge's pixel), reflect, or constant (grey)"
    )
    colour: float = _setting(0.0, "strength of random brightness, contrast and saturation, 0 to 1")
    cutout: float = _setting(
        0.0, "side of a grey square, in pixels of a picture 32 wide, or as a share of the side if below 1"
    )
    randaugment: int = _setting(0, "random operations on each picture (RandAugment's N)")
    randaugment_magnitude: float = _setting(9.0, "how strong these are, 0 to 30 (RandAugment's M)")
    augmix: int = _setting(0, "severity of AugMix, 1 to 10, published with 3; 0 is off")
    noise: float = _setting(
        0.0, "Gaussian noise on half of the pictures, its deviation from 0 to this share of all levels"
    )
    blur: float = _setting(
        0.0, "make half of the pictures smaller and large again, to 1 - blur of their side at least"
    )
    jpeg: int = _setting(0, "JPEG's losses on half of the pictures, qualities from this to 100; 0 is off")
    mixup: float = _setting(0.0, "mix two pictures and their labels by a share from Beta(mixup, mixup)")
    cutmix: float = _setting(
        0.0,
        "paste a part of another picture, with that share of its label, by a share from Beta(cutmix, cutmix)",
    )

    def __post_init__(self) -> None:
        for name, known in (("flip", FLIPS), ("fill", FILLS)):
            value = getattr(self, name)
            if value not in known:
                raise ValueError(
                    f"augmentation.{name} is {value!r}; it can be {', '.join(known[:-1])} or {known[-1]}."
                )
        for name, (low, high) in RANGES.items():
            number = getattr(self, name)
            # Written so that "not a number" is refused too.
            if not low <= number <= high:
                raise ValueError(f"augmentation.{name} is {number:g}; it can be {low:g} to {high:g}.")

    @property
    def warps(self) -> bool:
        """Whether a shift alone is not enough and pictures go through an affine warp."""
        return bool(self.rotate or self.shear or self.zoom)
