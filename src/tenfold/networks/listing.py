"""The networks that have a name, and what is known of them. Builds none, and so needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenfold.errors import TrainingError


@dataclass(frozen=True)
class KnownNetwork:
    """A network with a name.

    Attributes:
        name: what a user calls it.
        build: where its function is, "module:function".
        summary: one line about it.
        source: whose it is.
        published: the accuracy on CIFAR-10 that its source states; empty where it states none.
        side: the pictures' side in pixels that it was made for.
        options: what its function is given beside classes and side.
    """

    name: str
    build: str
    summary: str
    source: str
    published: str
    side: int = 32
    options: Mapping[str, Any] = field(default_factory=dict)


_VGG = "tenfold.networks.vgg16:build"
NETWORKS: tuple[KnownNetwork, ...] = (
    KnownNetwork(
        "default",
        "tenfold.networks.default:build",
        "ours: whitening, six convolutions, exact evidence maps",
        "tenfold, after Jordan 2024 (arXiv 2404.00498)",
        "",
    ),
    KnownNetwork(
        "cifar10-small",
        "tenfold.networks.default:build",
        "ours: the default, a little narrower, with a whitening that is robust to noise",
        "tenfold, after Jordan 2024 (arXiv 2404.00498)",
        "",
        options={"widths": (64, 240, 240), "epsilon": 0.05},
    ),
    KnownNetwork(
        "sequential-6conv",
        "tenfold.networks.plain:sequential_6conv",
        "three blocks of two convolutions, Dense 128",
        "a student project in Keras",
        "80 %; notebook 88.7 %",
    ),
    KnownNetwork(
        "sequential-4conv",
        "tenfold.networks.plain:sequential_4conv",
        "its first version: two blocks of two convolutions without norms, Dense 512",
        "a student project in Keras",
        "",
    ),
    KnownNetwork(
        "pycrafters-v1.3",
        "tenfold.networks.plain:pycrafters",
        "four convolutions, three of them 'valid', down to one cell, Dense 256",
        "PyCrafters, a student project in Keras",
        "77.7 % (weights, measured)",
    ),
    KnownNetwork(
        "cifar10-wide",
        "tenfold.networks.plain:cifar10_wide",
        "five convolutions, Dense 2048, 1024 and 512",
        "a student project in Keras",
        "",
    ),
    KnownNetwork(
        "vgg16-transfer",
        _VGG,
        "VGG16 with ImageNet's weights and a new head; all layers learn",
        "a student project in Keras, after Simonyan and Zisserman 2015 (arXiv 1409.1556)",
        "",
        128,
    ),
    KnownNetwork(
        "vgg16-finetuned",
        _VGG,
        "goes on from vgg16-transfer; of the convolutions block4 and block5 learn",
        "a student project in Keras, after Simonyan and Zisserman 2015 (arXiv 1409.1556)",
        "",
        128,
        {"trainable_blocks": 2},
    ),
    KnownNetwork(
        "efficientnet-lite0",
        "tenfold.networks.efficientnet_lite:build",
        "for photographs: starts from ImageNet's weights; a head learns, then the last blocks if that helps",
        "Tan and Le 2019 (arXiv 1905.11946)",
        "",
        160,
        {"trainable_blocks": 6},
    ),
    KnownNetwork(
        "efficientnet-lite0-finetuned",
        "tenfold.networks.efficientnet_lite:build",
        "goes on from a head trained on efficientnet-lite0; the last six blocks learn too",
        "Tan and Le 2019 (arXiv 1905.11946)",
        "",
        160,
        {"trainable_blocks": 6},
    ),
    KnownNetwork(
        "ml-cnn",
        "tenfold.networks.plain:ml_cnn",
        "pairs of convolutions with rising dropout, Dense 128",
        "a student project in Keras",
        "75 %",
    ),
    KnownNetwork(
        "resnet-20",
        "tenfold.networks.residual:build_resnet",
        "residual blocks of 16, 32 and 64 filters",
        "He et al. 2016 (arXiv 1512.03385)",
        "91.25 %",
    ),
    KnownNetwork(
        "wide-resnet-28-10",
        "tenfold.networks.residual:build_wide",
        "wide residual blocks of 160, 320 and 640 filters",
        "Zagoruyko and Komodakis 2016 (arXiv 1605.07146)",
        "96.00 %",
    ),
)


def known(name: str) -> KnownNetwork:
    """The network of that name. Raises TrainingError, naming those there are."""
    for one in NETWORKS:
        if one.name == name:
            return one
    raise TrainingError(
        f"The network {name!r}",
        "is not known",
        received=f"known are {', '.join(one.name for one in NETWORKS)}",
        cure="Choose one of them, or name a function of your own as package.module:function.",
    )
