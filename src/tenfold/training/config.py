"""Everything one can set about a training run, in one frozen dataclass that is saved with the model."""

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Stage:
    """Some epochs at one picture size."""

    epochs: int
    side: int


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe. The defaults train the bundled model.

    Attributes:
        stages: the curriculum, small pictures first: they teach the coarse features at half the cost.
        batch_size: pictures per step.
        filter_lr: Muon's rate for the convolution filters: the share of a filter bank renewed per step.
        filter_momentum: Muon's Nesterov momentum.
        bias_lr: SGD's rate for biases, per summed loss.
        head_lr: SGD's rate for the head, per summed loss.
        momentum: SGD's Nesterov momentum.
        weight_decay: shrinkage of biases and head per picture seen, times the schedule.
        whiten_bias_epochs: the first layer's bias learns for so many epochs.
        label_smoothing: probability given away to all classes (Szegedy et al. 2016).
        translate: pictures move by up to so many pixels each way, mirrored at the edge.
        cutout: side of a square painted with the mean colour (DeVries and Taylor 2017); 0 is none.
        seed: fixes initialisation, order and augmentation.
        precision: "auto", "float32" or "bfloat16".
    """

    stages: tuple[Stage, ...] = field(default_factory=lambda: (Stage(30, 24), Stage(30, 28), Stage(36, 32)))
    batch_size: int = 1000
    filter_lr: float = 0.1
    filter_momentum: float = 0.6
    bias_lr: float = 0.053
    head_lr: float = 0.15
    momentum: float = 0.85
    weight_decay: float = 1e-6
    whiten_bias_epochs: int = 3
    label_smoothing: float = 0.2
    translate: int = 3
    cutout: int = 10
    seed: int = 1
    precision: str = "auto"

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)

    def side(self, epoch: int) -> int:
        """The picture size in `epoch`, counted from 0."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage.side
            epoch -= stage.epochs
        return self.stages[-1].side

    def with_epochs(self, epochs: int) -> "TrainingConfig":
        """The same curriculum in so many epochs; every stage keeps its share, the last takes the rest.

        Raises:
            ValueError: fewer than one epoch.
        """
        if epochs < 1:
            raise ValueError(f"A run needs at least one epoch, got {epochs}.")
        earlier = [Stage(epochs * s.epochs // self.epochs, s.side) for s in self.stages[:-1]]
        last = Stage(epochs - sum(s.epochs for s in earlier), self.stages[-1].side)
        return replace(self, stages=tuple(s for s in (*earlier, last) if s.epochs))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        """The configuration that `dataclasses.asdict` and JSON made `values` of.

        Raises:
            TypeError: it has settings that this version does not know.
        """
        return cls(**{**values, "stages": tuple(Stage(**stage) for stage in values["stages"])})
