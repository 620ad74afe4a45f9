"""Everything one can set about a training run, in one frozen dataclass saved with the run and the model.

Every setting has a name, a default and a help text. Knows nothing of files (recipe_file.py); needs no torch.
"""

from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from typing import Any

from tenfold.recipes.augmentation import Augmentation, check, setting

PRECISIONS = ("auto", "float32", "bfloat16")
OPTIMISERS = ("adam", "adamw", "sgd", "muon")
SCHEDULES = ("constant", "linear", "cosine", "one-cycle", "step", "plateau")
BALANCES = ("auto", "none", "weights", "sampling")
MONITORS = ("loss", "accuracy")
KEEPS = ("last", "best")


@dataclass(frozen=True)
class Step:
    """The first epochs on smaller pictures: they teach the coarse features at a fraction of the cost."""

    share: float = setting(0.0, "the share of all epochs, 0 to 1", (0, 1))
    size: float = setting(1.0, "the pictures' side, as a share of the recipe's", (0.25, 1))


@dataclass(frozen=True)
class Optimiser:
    """Which optimiser, and its settings. Muon serves convolution filters and leaves the rest to SGD."""

    name: str = setting("adam", "adam, adamw, sgd or muon", known=OPTIMISERS)
    rate: float = setting(
        0.001, "the learning rate; for Muon the share of a filter bank renewed in a step", (0, 100)
    )
    momentum: float = setting(0.9, "of SGD and Muon, by Nesterov", (0, 0.9999))
    beta1: float = setting(0.9, "Adam's memory of the gradient")
    beta2: float = setting(0.999, "Adam's memory of the squared gradient")
    epsilon: float = setting(1e-7, "added to Adam's denominator; Keras's default")
    weight_decay: float = setting(
        0.0, "shrinkage in a step: part of the loss in adam and sgd, apart in adamw", (0, 10)
    )
    clip: float = setting(0.0, "the longest gradient; 0 does not clip", (0, 1e9))
    bias_rate: float = setting(0.053, "beside Muon: SGD's rate for biases, for each picture in the batch")
    head_rate: float = setting(
        0.15, "beside Muon: SGD's rate for other weights, for each picture in the batch"
    )
    rest_momentum: float = setting(0.85, "beside Muon: SGD's momentum")
    picture_decay: float = setting(1e-6, "beside Muon: shrinkage for each picture seen")


@dataclass(frozen=True)
class Schedule:
    """How the rate changes in a run."""

    name: str = setting("constant", "constant, linear, cosine, one-cycle, step or plateau", known=SCHEDULES)
    warmup: float = setting(
        0.0, "the share of all steps in which the rate rises; one-cycle takes 0.3 for 0", (0, 1)
    )
    final: float = setting(
        0.0, "what is left of the rate at the end of linear, cosine and one-cycle, 0 to 1", (0, 1)
    )
    factor: float = setting(0.5, "step and plateau multiply the rate by it", (0, 1))
    epochs: tuple[int, ...] = setting((), "step: after how many epochs; each time once")
    patience: int = setting(5, "plateau: epochs without improvement before the rate falls", (1, 100_000))
    monitor: str = setting("loss", "plateau watches the validation's loss or accuracy", known=MONITORS)
    least: float = setting(0.0, "plateau stops at this rate")


@dataclass(frozen=True)
class Stopping:
    """When to stop early, and which weights to keep."""

    patience: int = setting(
        0, "epochs without improvement after which training stops; 0 never stops", (0, 100_000)
    )
    monitor: str = setting(
        "loss", "which of the validation's figures is watched: loss or accuracy", known=MONITORS
    )
    least: float = setting(0.0, "a change below it is not an improvement")
    keep: str = setting("last", "the weights that are exported: last, or best by the monitor", known=KEEPS)


@dataclass(frozen=True)
class Stage:
    """A part of a run in which the head and some of the last blocks learn."""

    blocks: int = setting(0, "how many blocks learn, counted from the head; 0 is the head alone", (0, 1000))
    share: float = setting(1.0, "the share of all epochs, 0 to 1; the last stage takes what is left", (0, 1))
    rate: float = setting(1.0, "the learning rate, as a share of the recipe's", (0, 1000))


@dataclass(frozen=True)
class Transfer:
    """Start from what another model, or ImageNet, has taught."""

    source: str = setting("", "a model file or a run's folder; empty: start from random weights")
    freeze_until: str = setting("", "layers before this one keep their weights")
    stages: tuple[Stage, ...] = field(
        default=(),
        metadata={
            "help": "blocks opened from behind, each stage from the best weights so far; one of open blocks "
            "that brings no gain on the validation pictures is the last"
        },
    )
    versions: int = setting(
        0,
        "in stages: keep what the fixed blocks make of so many random versions of each picture, instead of "
        "computing it in each step",
        (0, 1000),
    )


@dataclass(frozen=True)
class Teacher:
    """Learn from another model's answers too (Hinton et al. 2015, arXiv 1503.02531)."""

    source: str = setting("", "a model file or a run's folder; empty learns from the labels alone")
    weight: float = setting(0.9, "the teacher's share in the loss, 0 to 1", (0, 1))
    temperature: float = setting(4.0, "softens both answers", (0.1, 100))


@dataclass(frozen=True)
class Outliers:
    """Pictures of none of the classes, to be sure of none (Hendrycks et al. 2019, arXiv 1812.04606)."""

    source: str = setting("", "a folder of pictures that show none of the classes; empty for none")
    made_up: int = setting(
        0, "how many made-up pictures: plain colours, gradients, noise, textures, stripes, text", (0, 100_000)
    )
    share: float = setting(0.25, "how many are shown in a step, as a share of its batch", (0.001, 10))
    weight: float = setting(0.5, "of their loss, beside that of the batch", (0, 100))


@dataclass(frozen=True)
class Recipe:
    """One training run. The shipped recipes lie beside this file, one for each network."""

    network: str = setting("default", "a network's name, or module:function of your own")
    options: dict[str, Any] = field(
        default_factory=dict, metadata={"help": "what the network's function takes beside classes and side"}
    )
    epochs: int = setting(96, "how often every picture is seen", (1, 100_000))
    side: int = setting(32, "the pictures' side in pixels, 32 to 224", (32, 224))
    curriculum: tuple[Step, ...] = field(default=(), metadata={"help": "first epochs on smaller pictures"})
    batch_size: int = setting(128, "pictures in a step", (1, 100_000))
    accumulate: int = setting(
        1,
        "parts in which a batch is computed, for less memory; batch norms see one part at a time",
        (1, 100_000),
    )
    label_smoothing: float = setting(
        0.0, "probability given away to all classes (Szegedy et al. 2016)", (0, 0.9)
    )
    ema: float = setting(
        0.0, "decay of the weights' moving average, which is then evaluated; 0 is none", (0, 0.99999)
    )
    balance: str = setting(
        "auto",
        "unequal classes: none, weights in the loss, sampling (each is shown as often), or auto (sampling "
        "where one has five times as many pictures as another)",
        known=BALANCES,
    )
    early_epochs: int = setting(
        3, "parameters that a network calls early, as the default's first bias, learn so long"
    )
    seed: int = setting(1, "fixes initialisation, order and augmentation")
    precision: str = setting("auto", "auto, float32 or bfloat16", known=PRECISIONS)
    optimiser: Optimiser = field(default_factory=Optimiser, metadata={"help": "what changes the weights"})
    schedule: Schedule = field(default_factory=Schedule, metadata={"help": "how the rate changes"})
    augmentation: Augmentation = field(
        default_factory=Augmentation, metadata={"help": "random changes to pictures"}
    )
    stopping: Stopping = field(default_factory=Stopping, metadata={"help": "when to stop, what to keep"})
    transfer: Transfer = field(default_factory=Transfer, metadata={"help": "start from another model"})
    teacher: Teacher = field(default_factory=Teacher, metadata={"help": "learn from another model"})
    outliers: Outliers = field(default_factory=Outliers, metadata={"help": "pictures of none of the classes"})

    def __post_init__(self) -> None:
        check(self)
        if self.transfer.stages:
            _check_stages(self)

    def side_at(self, epoch: int) -> int:
        """The picture size in `epoch`, counted from 0."""
        first = 0
        for step in self.curriculum:
            first += int(step.share * self.epochs + 1e-9)
            if epoch < first:
                return round(step.size * self.side)
        return self.side

    def stage_ends(self) -> list[int]:
        """The epoch, counted from 0, before which each stage ends; the last ends the run."""
        ends: list[int] = []
        for stage in self.transfer.stages:
            before = ends[-1] if ends else 0
            ends.append(min(before + max(1, int(stage.share * self.epochs + 1e-9)), self.epochs))
        return [*ends[:-1], self.epochs]

    def with_values(self, **values: Any) -> "Recipe":
        """A copy with the values that are not None."""
        return replace(self, **{name: value for name, value in values.items() if value is not None})


def describe(part: type | None = None, prefix: str = "") -> list[tuple[str, str, str]]:
    """Every setting's dotted name, default and help, as documents list them."""
    rows = []
    for one in fields(part or Recipe):
        text = one.metadata.get("help", "")
        default = one.default if one.default is not MISSING else None
        if default is None and one.default_factory is not MISSING:
            default = one.default_factory()
        if is_dataclass(default) and not isinstance(default, type):
            rows += describe(type(default), f"{prefix}{one.name}.")
        else:
            rows.append((prefix + one.name, "" if default in ({}, (), "") else str(default), text))
    return rows


def _check_stages(recipe: Recipe) -> None:
    opened = [stage.blocks for stage in recipe.transfer.stages]
    if opened != sorted(opened):
        raise ValueError(
            f"transfer.stages opens {opened} blocks; a stage cannot close what one before it opened."
        )
    if recipe.stopping.keep != "best":
        raise ValueError(
            "transfer.stages needs stopping.keep = 'best': each stage starts from the best weights."
        )
    mixing = recipe.augmentation.mixup or recipe.augmentation.cutmix
    for name, given in (
        ("curriculum", recipe.curriculum),
        ("teacher.source", recipe.teacher.source),
        ("transfer.freeze_until", recipe.transfer.freeze_until),
        (
            "augmentation.mixup and cutmix while transfer.versions are kept",
            recipe.transfer.versions and mixing,
        ),
        (
            "outliers while transfer.versions are kept",
            recipe.transfer.versions and (recipe.outliers.source or recipe.outliers.made_up),
        ),
    ):
        if given:
            raise ValueError(f"transfer.stages does not go together with {name}; leave one of them out.")
