"""Plain convolutional networks, without shortcuts, of student projects. Knows nothing of training.

Each function says what is published of its network, and what is not, and so ours.
"""

from tenfold.networks.layered import Layered, Layers, he_normal


def cifar10_wide(classes: int, side: int) -> Layered:
    """cifar10-wide, with three wide dense layers. Pictures of 4 pixels and more; its first dense layer grows
    with the pictures' area.

    Published: Conv 32, two sets of two convolutions with 64 and 128 filters, each set closed by MaxPool 2 x 2
    and Dropout, then Dense 2048, 1024 and 512, batch normalisation after each. Ours: 'same' padding and the
    sets' dropout rate of 0.25.
    """
    layers = Layers("cifar10-wide", side).conv(32).norm()
    for filters in (64, 128):
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(0.25)
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
    """pycrafters-v1.3, with four 'valid' convolutions down to one cell. Pictures of 31 pixels and more.

    Published: the layers, 187,402 parameters (186,826 trainable) and the initial values. Ours: the dropout
    rates, which are those of Keras's own CIFAR-10 example (0.25 after convolutions, 0.5 after the dense
    layer), and the pooling. Its table flattens 64 numbers, so the last pooling leaves one cell; three equal
    poolings of 2 x 2 would leave four, and the usual one that leaves one is 3 x 3 with stride 2:
    32 - 30 - 28 - 13 - 11 - 5 - 3 - 1.

    Raises:
        TrainingError: the pictures are smaller.
    """
    layers = Layers("pycrafters-v1.3", side)
    layers.conv(32, "valid", he_normal).norm().dropout(0.25)
    for filters in (64, 128, 64):
        layers.conv(filters, "valid", he_normal).norm().pool(3, 2)
    return layers.dropout(0.25).flatten().dense(256).dropout(0.5).head(classes)


def sequential_6conv(classes: int, side: int) -> Layered:
    """sequential-6conv: blocks of 32, 64 and 128 filters, Dense 128. Pictures of 8 pixels and more.

    Published with every layer's parameters, 552,362 in all as Keras counts.
    """
    return _blocks("sequential-6conv", classes, side, (32, 64, 128), 128)


def sequential_4conv(classes: int, side: int) -> Layered:
    """sequential-4conv: blocks of 32 and 64 filters, Dense 512. Pictures of 4 pixels and more.

    The first version of sequential-6conv, described without a table: its dropout and its norms are those of
    the second.
    """
    return _blocks("sequential-4conv", classes, side, (32, 64), 512)


def _blocks(name: str, classes: int, side: int, blocks: tuple[int, ...], units: int) -> Layered:
    layers = Layers(name, side)
    for filters in blocks:
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(0.25)
    return layers.flatten().dense(units).dropout(0.5).head(classes)
