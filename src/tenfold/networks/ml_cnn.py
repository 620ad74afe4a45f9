"""A student network: pairs of convolutions with rising dropout. Knows nothing of training.

The layers are those of sequential-6conv but for the dropout, so it has as many parameters: 552,362.
"""

from tenfold.networks.layered import Layered, Layers


def build(classes: int, side: int) -> Layered:
    """ml-cnn. Pictures of 8 pixels and more."""
    layers = Layers("ml-cnn", side)
    for filters, rate in ((32, 0.2), (64, 0.3), (128, 0.4)):
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(rate)
    return layers.flatten().dense(128).dropout(0.5).head(classes)
