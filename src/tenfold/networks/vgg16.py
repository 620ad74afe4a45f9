"""VGG16's convolutions with a small head of one's own, for transfer from ImageNet. Knows nothing of training.

Simonyan and Zisserman 2015 (arXiv 1409.1556); the head (Flatten, Dense 256, Dropout 0.5, Dense), the side of
128 pixels and that all of it learns are as the student project published them: 16,814,666 parameters for ten
classes.
"""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tenfold.networks.imagenet import PIXEL_MEAN, PIXEL_STD, vgg16_weights
from tenfold.networks.layered import Layered, Layers

WIDTHS = (64, 128, 256, 512, 512)
_DEPTHS = (2, 2, 3, 3, 3)


class Vgg16(Layered):
    """The network. Input float `[N, 3, S, S]`, normalised as ImageNet's pictures are; output `Output`."""

    pixel_mean = PIXEL_MEAN
    pixel_std = PIXEL_STD
    weights = "imagenet"

    def start_from(self, pictures: Tensor) -> None:
        """Load the convolutions' weights, as `weights` says. The pictures are not looked at.

        Raises:
            TrainingError: the file cannot be fetched or does not fit.
        """
        if self.weights == "none":
            return
        convs = [layer for layer in self if isinstance(layer, nn.Conv2d)]
        with torch.no_grad():
            for conv, (weight, bias) in zip(
                convs, vgg16_weights(self.weights, [conv.weight.shape for conv in convs]), strict=True
            ):
                assert conv.bias is not None
                conv.weight.copy_(weight)
                conv.bias.copy_(bias)


def build(
    classes: int,
    side: int,
    *,
    weights: str = "imagenet",
    trainable_blocks: int = len(_DEPTHS),
    widths: Sequence[int] = WIDTHS,
) -> Vgg16:
    """VGG16 with a head for `classes`. Pictures of 32 pixels and more.

    Args:
        weights: where `start_from` takes the convolutions' weights from: "imagenet" fetches the published
            file, a path names it, "none" keeps the random start.
        trainable_blocks: how many of the five blocks learn, counted from the head: all of them, 2 for
            block4 and block5, 0 for the head alone.
        widths: filters in each block.

    Raises:
        TrainingError: the pictures are smaller.
    """
    layers = Layers("vgg16", side)
    for block, (filters, depth) in enumerate(zip(widths, _DEPTHS, strict=True), 1):
        for number in range(1, depth + 1):
            layers.conv(filters, name=f"block{block}_conv{number}")
        layers.pool(name=f"block{block}_pool")
    network = Vgg16(OrderedDict(layers.flatten().dense(256).dropout(0.5).head(classes).named_children()))
    network.weights = weights
    for name, layer in network.named_children():
        if isinstance(layer, nn.Conv2d) and int(name[5]) <= len(_DEPTHS) - trainable_blocks:
            layer.requires_grad_(False)
    return network
