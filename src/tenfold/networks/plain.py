"""Plain convolutional networks, without shortcuts, of student projects. Knows nothing of training.

Each function says what is published of its network, and what is not, and so ours.
"""

from typing import Literal

from tenfold.errors import TrainingError
from tenfold.networks.layered import Layered, Layers, he_normal


def cifar10_wide(classes: int, side: int) -> Layered:
    """cifar10-wide, with three wide dense layers. Pictures of 4 pixels and more; its first dense layer grows
    with the pictures' area.

    Published: Conv 32, two sets of two convolutions with 64 and 128 filters, each set closed by MaxPool 2 x 2
    and Dropout of 0, then Dense 2048, 1024 and 512 with Dropout of 0.5, batch normalisation after each. Ours:
    'same' padding.
    """
    layers = Layers("cifar10-wide", side).conv(32).norm()
    for filters in (64, 128):
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(0.0)
    layers.flatten()
    for units in (2048, 1024, 512):
        layers.dense(units).norm().dropout(0.5)
    return layers.head(classes)


def ml_cnn(classes: int, side: int) -> Layered:
    """ml-cnn, with rising dropout. Pictures of 8 pixels and more.

    The layers are those of sequential-6conv but for the dropout, so it has as many parameters: 552,362.
    """
    layers = Layers("ml-cnn", side)
    for filters, rate in ((32, 0.2), (64, 0.3), (128, 0.4)):
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(rate)
    return layers.flatten().dense(128).dropout(0.5).head(classes)


def pycrafters(classes: int, side: int) -> Layered:
    """pycrafters-v1.3, with three 'valid' convolutions and one 'same'. Pictures of 28 pixels and more.

    Published: the layers with their shapes, 187,402 parameters (186,826 trainable) and the initial values.
    The side shrinks 32 - 30 - 28 - 14 - 14 - 7 - 5 - 1: the third convolution is 'same', the poolings are
    2 x 2, 2 x 2 and 4 x 4. Ours: the dropout rates, which are those of Keras's own CIFAR-10 example (0.25
    after convolutions, 0.5 after the dense layer).

    Raises:
        TrainingError: the pictures are smaller.
    """
    layers = Layers("pycrafters-v1.3", side)
    layers.conv(32, "valid", he_normal).norm().dropout(0.25)
    layers.conv(64, "valid", he_normal).norm().pool()
    layers.conv(128, "same", he_normal).norm().pool()
    layers.conv(64, "valid", he_normal).norm().pool(4, 4)
    return layers.dropout(0.25).flatten().dense(256).dropout(0.5).head(classes)


def sequential_6conv(classes: int, side: int) -> Layered:
    """sequential-6conv: blocks of 32, 64 and 128 filters, Dense 128. Pictures of 8 pixels and more.

    Published with every layer's parameters, 552,362 in all as Keras counts.
    """
    layers = Layers("sequential-6conv", side)
    for filters in (32, 64, 128):
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(0.25)
    return layers.flatten().dense(128).dropout(0.5).head(classes)


def sequential_4conv(classes: int, side: int, *, same: Literal["all", "first"] = "all") -> Layered:
    """sequential-4conv: blocks of 32 and 64 filters, Dense 512, no batch normalisation.

    The first version of sequential-6conv, published as a text without a table. The text names 'same' padding
    once, which can be read in two ways. Ours: the reading, and the dropout rates of sequential-6conv.

    Args:
        same: "all": every convolution is 'same', as in sequential-6conv (2,168,362 parameters; pictures of 4
            pixels and more). "first": only the first of each block is, as in Keras's own CIFAR-10 example
            (1,250,858 parameters; pictures of 10 pixels and more).

    Raises:
        TrainingError: the pictures are smaller, or `same` is something else.
    """
    if same not in ("all", "first"):
        raise TrainingError(
            "The network sequential-4conv",
            "does not take these options",
            received=f"same is {same!r}",
            cure="It can be all or first.",
        )
    layers = Layers("sequential-4conv", side)
    for filters in (32, 64):
        layers.conv(filters).conv(filters, "same" if same == "all" else "valid").pool().dropout(0.25)
    return layers.flatten().dense(512).dropout(0.5).head(classes)
