"""The output of every network. Knows no network."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor, nn
from torch.nn import functional


class Output(NamedTuple):
    """What a network computes for N pictures.

    logits `[N, K]`; features `[N, D]`, what the head sees; maps `[N, K, h, w]`, class activation maps whose
    mean over the cells is the logit. A network that cannot say where it saw a class has one cell: the logit.
    """

    logits: Tensor
    features: Tensor
    maps: Tensor


def one_cell(logits: Tensor, features: Tensor) -> Output:
    """The output of a network that cannot say where it saw a class."""
    return Output(logits, features, logits[:, :, None, None])


def averaged(cells: Tensor, head: nn.Linear) -> Output:
    """The output of a linear head on the average of cells `[N, D, h, w]`.

    The head at each cell gives the class activation maps (Zhou et al. 2016, arXiv 1512.04150); the bias is
    part of each cell, so the mean over the cells is the logit.
    """
    features = cells.mean(dim=(2, 3))
    maps = functional.conv2d(cells, head.weight[:, :, None, None], head.bias)
    return Output(head(features), features, maps)


@runtime_checkable
class StartsFromPictures(Protocol):
    """A network that is set from training pictures before it learns."""

    def start_from(self, pictures: Tensor) -> None:
        """Take normalised pictures, float `[N, 3, H, W]`."""


@runtime_checkable
class LearnsEarly(Protocol):
    """A network with parameters that learn in the first epochs only."""

    def early_parameters(self) -> list[Tensor]: ...


@runtime_checkable
class FoldsWhenServed(Protocol):
    """A network whose model files hold its weights in another form, with norms folded into filters."""

    def take_served(self, tensors: dict[str, Tensor], mean: Tensor, std: Tensor) -> dict[str, Tensor]:
        """A model file's weights in the form of training, for pixels of this mean and deviation."""

    def settle(self, pictures: Tensor) -> None:
        """Measure the norms on normalised pictures, the answers unchanged."""


@runtime_checkable
class OpensFromBehind(Protocol):
    """A network whose last blocks can learn on what the fixed ones in front of them have made, kept."""

    def open_blocks(self, blocks: int) -> None:
        """Make the head and the last `blocks` blocks trainable, and nothing else."""

    def fronts(self, x: Tensor, opened: Sequence[int]) -> list[Tensor]:
        """What stands in front of each of these numbers of open blocks, for normalised pictures."""

    def behind(self, x: Tensor) -> Output:
        """The output, from what stands in front of the open blocks."""
