"""ResNets for small pictures, for comparison. Knows nothing of training.

resnet-20 is He et al. 2016 (arXiv 1512.03385), section 4.2, with the paper's parameter-free shortcuts
(option A: every second pixel, new channels zero). wide-resnet is Zagoruyko and Komodakis 2016 (arXiv
1605.07146), whose blocks normalise first. Both end in an average over cells and a linear head, so their
evidence maps are exact.
"""

from torch import Tensor, nn
from torch.nn import functional

from tenfold.errors import TrainingError
from tenfold.networks.output import Output, averaged


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut without parameters: He et al. 2016, option A."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _conv(inputs, outputs, stride)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = _conv(outputs, outputs)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.stride, self.more = stride, outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(functional.relu(self.norm1(self.conv1(x)))))
        if self.stride > 1:
            x = functional.max_pool2d(x, 1, self.stride)
        if self.more:
            x = functional.pad(x, (0, 0, 0, 0, 0, self.more))
        return functional.relu(y + x)


class ResNet(nn.Module):
    """A ResNet of three groups. Input float `[N, 3, H, W]`, normalised; output `Output`."""

    def __init__(self, classes: int, depth: int) -> None:
        super().__init__()
        self.conv = _conv(3, 16)
        self.norm = nn.BatchNorm2d(16)
        groups, inputs = [], 16
        for outputs, stride in ((16, 1), (32, 2), (64, 2)):
            blocks = [BasicBlock(inputs, outputs, stride)]
            blocks += [BasicBlock(outputs, outputs, 1) for _ in range((depth - 2) // 6 - 1)]
            groups.append(nn.Sequential(*blocks))
            inputs = outputs
        self.group1, self.group2, self.group3 = groups
        self.head = nn.Linear(inputs, classes)

    def forward(self, x: Tensor) -> Output:
        x = functional.relu(self.norm(self.conv(x)))
        return averaged(self.group3(self.group2(self.group1(x))), self.head)


class WideBlock(nn.Module):
    """Norm, ReLU, convolution, twice; the shortcut is a 1 x 1 convolution where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = _conv(inputs, outputs, stride)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = _conv(outputs, outputs)
        self.shortcut = None if inputs == outputs else _conv(inputs, outputs, stride, size=1)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(x))
        if self.shortcut is not None:
            x = self.shortcut(y)
        y = functional.relu(self.norm2(self.conv1(y)))
        z: Tensor = self.conv2(self.dropout(y))
        return x + z


class WideResNet(nn.Module):
    """A WideResNet of three groups. Input float `[N, 3, H, W]`, normalised; output `Output`."""

    def __init__(self, classes: int, depth: int, width: int, dropout: float) -> None:
        super().__init__()
        self.conv = _conv(3, 16)
        groups, inputs = [], 16
        for outputs, stride in ((16 * width, 1), (32 * width, 2), (64 * width, 2)):
            blocks = [WideBlock(inputs, outputs, stride, dropout)]
            blocks += [WideBlock(outputs, outputs, 1, dropout) for _ in range((depth - 4) // 6 - 1)]
            groups.append(nn.Sequential(*blocks))
            inputs = outputs
        self.group1, self.group2, self.group3 = groups
        self.norm = nn.BatchNorm2d(inputs)
        self.head = nn.Linear(inputs, classes)

    def forward(self, x: Tensor) -> Output:
        x = self.group3(self.group2(self.group1(self.conv(x))))
        return averaged(functional.relu(self.norm(x)), self.head)


def build_resnet(classes: int, side: int, *, depth: int = 20) -> ResNet:
    """resnet-20, or as deep as `depth` says: 6 n + 2. Pictures of any size.

    Raises:
        TrainingError: there is no such depth.
    """
    _check_depth("resnet", depth, 2)
    return ResNet(classes, depth)


def build_wide(
    classes: int, side: int, *, depth: int = 28, width: int = 10, dropout: float = 0.0
) -> WideResNet:
    """wide-resnet-28-10, or as deep (6 n + 4) and wide as one says. Pictures of any size.

    Raises:
        TrainingError: there is no such depth.
    """
    _check_depth("wide-resnet", depth, 4)
    return WideResNet(classes, depth, width, dropout)


def _check_depth(name: str, depth: int, rest: int) -> None:
    if depth < 6 + rest or (depth - rest) % 6:
        near = ", ".join(str(6 * blocks + rest) for blocks in range(1, 6))
        raise TrainingError(
            f"The network {name}",
            f"has three groups of equal blocks, so its depth is 6 n + {rest}",
            received=f"depth {depth}",
            cure=f"Choose one of {near}, ...",
        )


def _conv(inputs: int, outputs: int, stride: int = 1, size: int = 3) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    return conv
