"""A student network with three wide dense layers behind five convolutions. Knows nothing of training.

Published: Conv 32, two sets of two convolutions with 64 and 128 filters, each set closed by MaxPool 2 x 2 and
Dropout, then Dense 2048, 1024 and 512, batch normalisation after each. Not published, and so ours: 'same'
padding and the sets' dropout rate of 0.25.
"""

from tenfold.networks.layered import Layered, Layers


def build(classes: int, side: int) -> Layered:
    """cifar10-wide. Pictures of 4 pixels and more; its first dense layer grows with the pictures' area."""
    layers = Layers("cifar10-wide", side).conv(32).norm()
    for filters in (64, 128):
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(0.25)
    layers.flatten()
    for units in (2048, 1024, 512):
        layers.dense(units).norm().dropout(0.5)
    return layers.head(classes)
