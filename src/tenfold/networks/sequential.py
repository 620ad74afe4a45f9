"""A student network in two versions: blocks of two convolutions, one dense layer. Knows nothing of training.

sequential-6conv is published with every layer's parameters, 552,362 in all as Keras counts. sequential-4conv
is its first version, with two blocks and a wider dense layer; it is described but has no published table, so
its dropout and its norms are those of the second version.
"""

from tenfold.networks.layered import Layered, Layers


def build_6conv(classes: int, side: int) -> Layered:
    """sequential-6conv: blocks of 32, 64 and 128 filters, Dense 128. Pictures of 8 pixels and more."""
    return _build("sequential-6conv", classes, side, (32, 64, 128), 128)


def build_4conv(classes: int, side: int) -> Layered:
    """sequential-4conv: blocks of 32 and 64 filters, Dense 512. Pictures of 4 pixels and more."""
    return _build("sequential-4conv", classes, side, (32, 64), 512)


def _build(name: str, classes: int, side: int, blocks: tuple[int, ...], units: int) -> Layered:
    layers = Layers(name, side)
    for filters in blocks:
        layers.conv(filters).norm().conv(filters).norm().pool().dropout(0.25)
    return layers.flatten().dense(units).dropout(0.5).head(classes)
