"""PyCrafters' network, version 1.3: four 'valid' convolutions down to one cell. Knows nothing of training.

Published: the layers, 187,402 parameters (186,826 trainable) and the initial values. Not published, and so
ours: the dropout rates, which are those of Keras's own CIFAR-10 example (0.25 after convolutions, 0.5 after
the dense layer), and the pooling. Its table flattens 64 numbers, so the last pooling leaves one cell; three
equal poolings of 2 x 2 would leave four, and the usual one that leaves one is 3 x 3 with stride 2:
32 - 30 - 28 - 13 - 11 - 5 - 3 - 1.
"""

from tenfold.networks.layered import Layered, Layers, he_normal


def build(classes: int, side: int) -> Layered:
    """pycrafters-v1.3. Pictures of 31 pixels and more.

    Raises:
        TrainingError: the pictures are smaller.
    """
    layers = Layers("pycrafters-v1.3", side)
    layers.conv(32, "valid", he_normal).norm().dropout(0.25)
    for filters in (64, 128, 64):
        layers.conv(filters, "valid", he_normal).norm().pool(3, 2)
    return layers.dropout(0.25).flatten().dense(256).dropout(0.5).head(classes)
