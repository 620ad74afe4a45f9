"""tenfold's own network: small, fast to train, and made to show its evidence. Knows nothing of training.

It follows the network of the CIFAR-10 speed records (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a
single GPU", arXiv 2404.00498): a fixed first layer that whitens 2 x 2 patches, then three groups of two
3 x 3 convolutions with batch normalisation and GELU, then a linear head. What is ours: the last group
keeps its resolution and is averaged, not maximised, over the picture, so that the class activation maps
(Zhou et al. 2016, arXiv 1512.04150) have 7 x 7 cells whose mean is exactly the logit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.errors import TrainingError
from tenfold.networks.output import Output
from tenfold.networks.whitening import whitening_filters


@dataclass(frozen=True)
class DefaultConfig:
    """Settings of the default network.

    Attributes:
        classes: how many classes.
        widths: output channels of the three groups.
        last_pool: halve the resolution in the last group too, as the published network does.
        pool: how the last activations become one vector: "average" or "max".
        epsilon: of the whitening: added to the patches' eigenvalues. At 5e-4, the published one, noise of 10
            levels outweighs the picture in half of the directions (LOG.md).
    """

    classes: int = 10
    widths: tuple[int, int, int] = (64, 256, 256)
    last_pool: bool = False
    pool: str = "average"
    epsilon: float = 5e-4


class ConvGroup(nn.Module):
    """Convolution, 2 x 2 maximum, norm, GELU, convolution, norm, GELU."""

    def __init__(self, inputs: int, outputs: int, *, halve: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = _norm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = _norm(outputs)
        self.halve = halve
        for conv in (self.conv1, self.conv2):
            # The first filters begin as copies of their input, so that signal reaches the end at once.
            nn.init.dirac_(conv.weight[: conv.in_channels])

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        if self.halve:
            # Before the norm: a maximum commutes with a norm of positive scale, and costs a quarter.
            x = functional.max_pool2d(x, 2)
        x = functional.gelu(self.norm1(x))
        return functional.gelu(self.norm2(self.conv2(x)))


class DefaultNetwork(nn.Module):
    """The default network. Input float `[N, 3, H, W]`, normalised; output `Output`."""

    def __init__(self, config: DefaultConfig) -> None:
        super().__init__()
        self.config = config
        one, two, three = config.widths
        self.whiten = nn.Conv2d(3, 24, 2)
        self.whiten.weight.requires_grad_(False)
        self.groups = nn.Sequential(
            ConvGroup(24, one, halve=True),
            ConvGroup(one, two, halve=True),
            ConvGroup(two, three, halve=config.last_pool),
        )
        self.head = nn.Linear(three, config.classes, bias=False)
        with torch.no_grad():
            self.head.weight.div_(self.head.weight.std())
        self.scale = 1.0 / three if config.pool == "max" else 1.0 / three**0.5

    @torch.no_grad()
    def start_from(self, pictures: Tensor) -> None:
        """Set the fixed first layer from training pictures: the eigenvectors of their 2 x 2 patches.

        Args:
            pictures: float `[N, 3, H, W]`, normalised; some thousand are enough.
        """
        self.whiten.weight.copy_(whitening_filters(pictures, self.config.epsilon))
        assert self.whiten.bias is not None
        self.whiten.bias.zero_()

    def early_parameters(self) -> list[Tensor]:
        """What learns in the first epochs only: the fixed filters' bias."""
        assert self.whiten.bias is not None
        return [self.whiten.bias]

    @torch.no_grad()
    def take_served(self, tensors: dict[str, Tensor], mean: Tensor, std: Tensor) -> dict[str, Tensor]:
        """A model file's weights, where norms and pixel statistics are part of the filters, by our names.

        Args:
            tensors: the file's weights.
            mean: of the pixels that this network is trained on, `[1, 3, 1, 1]`.
            std: their deviation.
        """
        found = {name: tensor.clone() for name, tensor in tensors.items()}
        found["whiten.bias"] = found["whiten.bias"] + (found["whiten.weight"] * mean).sum(dim=(1, 2, 3))
        found["whiten.weight"] = found["whiten.weight"] * std
        for name in [n for n in tensors if n.startswith("groups.") and n.endswith(".bias")]:
            norm = name.removesuffix(".bias").replace("conv", "norm")
            bias = found.pop(name)
            found[f"{norm}.bias"] = bias
            found[f"{norm}.weight"] = torch.ones_like(bias)
            found[f"{norm}.running_mean"] = torch.zeros_like(bias)
            found[f"{norm}.running_var"] = torch.ones_like(bias)
        head = [t for t in tensors.values() if t.shape == self.head.weight.shape]
        if head:
            found["head.weight"] = head[0] / self.scale
        return found

    @torch.no_grad()
    def settle(self, pictures: Tensor) -> None:
        """Measure the norms' means on normalised pictures, the answers unchanged: after `take_served`.

        In training a norm takes its batch's mean away; what it gives back has to hold that mean.
        """
        norms = [m for m in self.modules() if isinstance(m, nn.BatchNorm2d)]
        means: dict[nn.Module, Tensor] = {}
        hooks = [
            norm.register_forward_pre_hook(lambda norm, x: means.update({norm: x[0].mean(dim=(0, 2, 3))}))
            for norm in norms
        ]
        self.eval()
        self(pictures)
        for hook, norm in zip(hooks, norms, strict=True):
            hook.remove()
            assert norm.running_mean is not None
            norm.bias.add_(means[norm] - norm.running_mean)
            norm.running_mean.copy_(means[norm])

    def forward(self, x: Tensor) -> Output:
        x = self.groups(functional.gelu(self.whiten(x)))
        features = x.amax(dim=(2, 3)) if self.config.pool == "max" else x.mean(dim=(2, 3))
        weight = self.head.weight * self.scale
        maps = functional.conv2d(x, weight[:, :, None, None])
        return Output(functional.linear(features, weight), features, maps)


def build(
    classes: int,
    side: int,
    *,
    widths: Sequence[int] = (64, 256, 256),
    last_pool: bool = False,
    pool: str = "average",
    epsilon: float = 5e-4,
) -> DefaultNetwork:
    """The default network for pictures of 12 pixels and more; the options are `DefaultConfig`'s.

    Raises:
        TrainingError: the widths are not three, or there is no such pool.
    """
    if len(widths) != 3 or pool not in ("average", "max"):
        raise TrainingError(
            "The network default",
            "has three widths and pools by average or max",
            received=f"widths {list(widths)}, pool {pool!r}",
        )
    one, two, three = widths
    return DefaultNetwork(DefaultConfig(classes, (one, two, three), last_pool, pool, epsilon))


def _norm(channels: int) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(channels, eps=1e-12, momentum=0.4)
    # The filters' length is kept fixed in training, so a learned scale would only repeat the next layer's.
    norm.weight.requires_grad_(False)
    return norm
