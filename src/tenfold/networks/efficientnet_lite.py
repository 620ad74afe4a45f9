"""EfficientNet-Lite0, for transfer from ImageNet. Knows nothing of training.

EfficientNet (Tan and Le 2019, arXiv 1905.11946) in the form for small devices that Google published in 2020:
no squeeze-and-excitation, ReLU6, and a stem and a last convolution that do not grow with the network. It ends
in an average over cells and a linear head, so its evidence maps are exact. Pictures of 32 pixels and more; it
was made for 224.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.errors import TrainingError
from tenfold.networks.imagenet import lite0_weights
from tenfold.networks.output import Output, averaged, one_cell

LEAST_SIDE = 32


class StageShape(NamedTuple):
    """Blocks of one kind: how much wider they are inside, their filters, how many, first stride, kernel."""

    expand: int
    filters: int
    blocks: int
    stride: int
    kernel: int


STAGES = (
    StageShape(1, 16, 1, 1, 3),
    StageShape(6, 24, 2, 2, 3),
    StageShape(6, 40, 2, 2, 5),
    StageShape(6, 80, 3, 2, 3),
    StageShape(6, 112, 3, 1, 5),
    StageShape(6, 192, 4, 2, 5),
    StageShape(6, 320, 1, 1, 3),
)
STEM, LAST = 32, 1280


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's "same": odd padding has one more below and on the right."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride, side = self.kernel_size[0], self.stride[0], x.shape[-1]
        whole = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        before, after = whole // 2, whole - whole // 2
        if before == after:
            return functional.conv2d(x, self.weight, self.bias, stride, before, 1, self.groups)
        x = functional.pad(x, (before, after, before, after))
        return functional.conv2d(x, self.weight, self.bias, stride, 0, 1, self.groups)


class InvertedResidual(nn.Module):
    """An inverted residual: a convolution to more channels, one of each channel alone, one to fewer."""

    def __init__(self, inputs: int, stage: StageShape, stride: int) -> None:
        super().__init__()
        inside = inputs * stage.expand
        self.expands = stage.expand > 1
        if self.expands:
            self.expand = nn.Conv2d(inputs, inside, 1, bias=False)
            self.expand_norm = _norm(inside)
        self.depthwise = SameConv2d(inside, inside, stage.kernel, stride, groups=inside, bias=False)
        self.depthwise_norm = _norm(inside)
        self.project = nn.Conv2d(inside, stage.filters, 1, bias=False)
        self.project_norm = _norm(stage.filters)
        self.adds = stride == 1 and inputs == stage.filters

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self.expand_norm(self.expand(x))) if self.expands else x
        y = functional.relu6(self.depthwise_norm(self.depthwise(y)))
        y = self.project_norm(self.project(y))
        found: Tensor = x + y if self.adds else y
        return found


class EfficientNetLite(nn.Module):
    """The network. Input float `[N, 3, S, S]`, pixels less 127 over 128; output `Output`.

    Args:
        classes: of the head.
        weights: where `start_from` takes all weights but the head's from: "imagenet" for the published ones,
            a path, or "none" for a random start.
        trainable_blocks: how many of the 16 blocks learn, counted from the head; 0 is the head alone, else
            the last convolution learns too. Norms of what is fixed keep ImageNet's statistics.
    """

    pixel_mean = (127.0, 127.0, 127.0)
    pixel_std = (128.0, 128.0, 128.0)

    def __init__(self, classes: int, *, weights: str = "imagenet", trainable_blocks: int = 16) -> None:
        super().__init__()
        self.weights = weights
        self.stem = SameConv2d(3, STEM, 3, 2, bias=False)
        self.stem_norm = _norm(STEM)
        blocks, inputs = [], STEM
        for stage in STAGES:
            for number in range(stage.blocks):
                blocks.append(InvertedResidual(inputs, stage, 1 if number else stage.stride))
                inputs = stage.filters
        self.blocks = nn.ModuleList(blocks)
        self.last = nn.Conv2d(inputs, LAST, 1, bias=False)
        self.last_norm = _norm(LAST)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(LAST, classes)
        self.open_blocks(trainable_blocks)

    def open_blocks(self, blocks: int) -> None:
        """Make the head and the last `blocks` blocks trainable; see `trainable_blocks`."""
        self._open = min(blocks, len(self.blocks))
        fixed: list[nn.Module] = [*self.blocks[: len(self.blocks) - self._open]]
        if fixed:
            fixed += [self.stem, self.stem_norm]
        if not self._open:
            fixed += [self.last, self.last_norm]
        self.requires_grad_(True)
        # A plain list: these modules are named once.
        self._fixed = fixed
        for module in fixed:
            module.requires_grad_(False)

    def fronts(self, x: Tensor, opened: Sequence[int]) -> list[Tensor]:
        """What stands in front of each of these numbers of open blocks, for normalised pictures.

        With none open it is the average over cells, `[N, 1280]`.
        """
        found = {len(self.blocks): x}
        x = functional.relu6(self.stem_norm(self.stem(x)))
        for number, block in enumerate(self.blocks):
            found.setdefault(len(self.blocks) - number, x)
            x = block(x)
        found[0] = functional.relu6(self.last_norm(self.last(x))).mean(dim=(2, 3))
        return [found[number] for number in opened]

    def behind(self, x: Tensor) -> Output:
        """The output, from what stands in front of the open blocks."""
        if not self._open:
            x = self.dropout(x)
            return one_cell(self.head(x), x)
        if self._open == len(self.blocks):
            x = functional.relu6(self.stem_norm(self.stem(x)))
        for block in self.blocks[len(self.blocks) - self._open :]:
            x = block(x)
        return averaged(self.dropout(functional.relu6(self.last_norm(self.last(x)))), self.head)

    def cells(self, x: Tensor) -> Tensor:
        """What the head's average is taken of: `[N, 1280, S / 32, S / 32]`."""
        x = functional.relu6(self.stem_norm(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        return functional.relu6(self.last_norm(self.last(x)))

    def forward(self, x: Tensor) -> Output:
        return averaged(self.dropout(self.cells(x)), self.head)

    def train(self, mode: bool = True) -> Self:
        """As usual, but what does not learn stays in evaluation: its norms' statistics are kept."""
        super().train(mode)
        for module in self._fixed:
            module.eval()
        return self

    def start_from(self, pictures: Tensor) -> None:
        """Load the weights, as `weights` says. The pictures are not looked at.

        Raises:
            TrainingError: the file cannot be had or does not fit.
        """
        if self.weights == "none":
            return
        mine = dict(self.published_names())
        with torch.no_grad():
            found = lite0_weights(self.weights, {name: tensor.shape for name, tensor in mine.items()})
            for name, tensor in mine.items():
                tensor.copy_(found[name])

    def published_names(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor but the head's, with its name in the published file."""
        for name, tensor in self.state_dict(keep_vars=True).items():
            if not name.startswith("head.") and not name.endswith("num_batches_tracked"):
                yield _published(name), tensor.detach()


# Our names of layers and those of the published file.
_NAMES = {
    "stem": "_conv_stem",
    "stem_norm": "_bn0",
    "last": "_conv_head",
    "last_norm": "_bn1",
    "expand": "_expand_conv",
    "expand_norm": "_bn0",
    "depthwise": "_depthwise_conv",
    "depthwise_norm": "_bn1",
    "project": "_project_conv",
    "project_norm": "_bn2",
    "blocks": "_blocks",
}


def _published(name: str) -> str:
    return ".".join(_NAMES.get(part, part) for part in name.split("."))


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def build(
    classes: int, side: int, *, weights: str = "imagenet", trainable_blocks: int = 16
) -> EfficientNetLite:
    """EfficientNet-Lite0 with a head for `classes`; the options are those of `EfficientNetLite`.

    Raises:
        TrainingError: the pictures are smaller than 32 pixels.
    """
    if side < LEAST_SIDE:
        raise TrainingError(
            "The network efficientnet-lite0",
            "needs larger pictures",
            received=f"a side of {side} pixels",
            cure=f"Choose a side of at least {LEAST_SIDE}.",
        )
    return EfficientNetLite(classes, weights=weights, trainable_blocks=trainable_blocks)
