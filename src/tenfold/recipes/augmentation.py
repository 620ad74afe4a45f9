"""Which random changes a picture goes through in training: the settings alone, without torch.

Every setting is off by default. augment.py carries them out.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

FLIPS = ("none", "random", "alternating")
FILLS = ("nearest", "reflect", "constant")


def setting(
    default: Any, text: str, between: tuple[float, float] | None = None, known: tuple[str, ...] = ()
) -> Any:
    """A dataclass field with its help, and what it can be: from the least to the greatest, or known words."""
    return field(default=default, metadata={"help": text, "between": between, "known": known})


def check(part: Any, prefix: str = "") -> None:
    """Raise ValueError, naming setting, value and what is allowed, for the first that cannot be used."""
    for one in fields(part):
        name, value = prefix + one.name, getattr(part, one.name)
        between, known = one.metadata.get("between"), one.metadata.get("known")
        if known and value not in known:
            raise ValueError(f"{name} is {value!r}; it can be {', '.join(known[:-1])} or {known[-1]}.")
        # Written so that "not a number" is refused too.
        if between and not between[0] <= value <= between[1]:
            raise ValueError(f"{name} is {value:g}; it can be {between[0]:g} to {between[1]:g}.")
        for inner in value if isinstance(value, tuple) else (value,):
            if is_dataclass(inner):
                check(inner, f"{name}.")


@dataclass(frozen=True)
class Augmentation:
    """The random changes of one training run.

    Raises:
        ValueError: a setting is out of range; names it, its value and what is allowed.
    """

    flip: str = setting(
        "none",
        "mirror left and right: none, random, or alternating (each picture in every other epoch)",
        known=FLIPS,
    )
    translate: float = setting(
        0.0, "shift each way by up to this many pixels, or by this share of the side if below 1", (0, 112)
    )
    rotate: float = setting(0.0, "turn by up to this many degrees either way", (0, 180))
    shear: float = setting(
        0.0, "shear by up to this many degrees either way, as Keras's shear_range", (0, 60)
    )
    zoom: float = setting(
        0.0, "scale each axis by 1 - zoom to 1 + zoom, drawn for each axis alone as Keras does", (0, 0.9)
    )
    fill: str = setting(
        "nearest",
        "what comes into view: nearest (the edge's pixel), reflect, or constant (grey)",
        known=FILLS,
    )
    colour: float = setting(0.0, "strength of random brightness, contrast and saturation, 0 to 1", (0, 1))
    cutout: float = setting(
        0.0,
        "side of a grey square, in pixels of a picture 32 wide, or as a share of the side if below 1",
        (0, 32),
    )
    randaugment: int = setting(0, "random operations on each picture (RandAugment's N)", (0, 10))
    randaugment_magnitude: float = setting(9.0, "how strong these are, 0 to 30 (RandAugment's M)", (0, 30))
    augmix: int = setting(0, "severity of AugMix, 1 to 10, published with 3; 0 is off", (0, 10))
    noise: float = setting(
        0.0,
        "Gaussian noise on half of the pictures, its deviation from 0 to this share of all levels",
        (0, 1),
    )
    blur: float = setting(
        0.0, "make half of the pictures smaller and large again, to 1 - blur of their side at least", (0, 0.9)
    )
    jpeg: int = setting(
        0, "JPEG's losses on half of the pictures, qualities from this to 100; 0 is off", (0, 100)
    )
    mixup: float = setting(
        0.0, "mix two pictures and their labels by a share from Beta(mixup, mixup)", (0, 100)
    )
    cutmix: float = setting(
        0.0,
        "paste a part of another picture, with that share of its label, by a share from Beta(cutmix, cutmix)",
        (0, 100),
    )

    def __post_init__(self) -> None:
        check(self, "augmentation.")

    @property
    def warps(self) -> bool:
        """Whether a shift alone is not enough and pictures go through an affine warp."""
        return bool(self.rotate or self.shear or self.zoom)
