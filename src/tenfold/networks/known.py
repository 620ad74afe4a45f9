"""Networks by name, and any other by module and function. Imports no torch before it builds.

A network is a function `build(classes, side, **options)` that gives an `nn.Module` for normalised float
pictures `[N, 3, side, side]`. Its forward gives `Output` or plain logits `[N, classes]`. It may have
`start_from(pictures)`, called once before training, and `pixel_mean` and `pixel_std` (three floats in 0..255)
if it wants pictures normalised otherwise than by the training data's own mean and deviation.
"""

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tenfold.errors import TrainingError

if TYPE_CHECKING:
    from torch import nn

MOST_CLASSES = 1000


@dataclass(frozen=True)
class Known:
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
NETWORKS: tuple[Known, ...] = (
    Known(
        "default",
        "tenfold.networks.default:build",
        "ours: whitening, six convolutions, exact evidence maps",
        "tenfold, after Jordan 2024 (arXiv 2404.00498)",
        "",
    ),
    Known(
        "sequential-6conv",
        "tenfold.networks.sequential:build_6conv",
        "three blocks of two convolutions, Dense 128",
        "a student project in Keras",
        "80 %; notebook 88.7 %",
    ),
    Known(
        "sequential-4conv",
        "tenfold.networks.sequential:build_4conv",
        "its first version: two blocks of two convolutions, Dense 512",
        "a student project in Keras",
        "",
    ),
    Known(
        "pycrafters-v1.3",
        "tenfold.networks.pycrafters:build",
        "four 'valid' convolutions down to one cell, Dense 256",
        "PyCrafters, a student project in Keras",
        "77.7 % (weights, measured)",
    ),
    Known(
        "cifar10-wide",
        "tenfold.networks.cifar10_wide:build",
        "five convolutions, Dense 2048, 1024 and 512",
        "a student project in Keras",
        "",
    ),
    Known(
        "vgg16-transfer",
        _VGG,
        "VGG16's convolutions as ImageNet taught them, a new head",
        "a student project in Keras, after Simonyan and Zisserman 2015 (arXiv 1409.1556)",
        "",
        128,
    ),
    Known(
        "vgg16-finetuned",
        _VGG,
        "the same, and block4 and block5 learn too",
        "a student project in Keras, after Simonyan and Zisserman 2015 (arXiv 1409.1556)",
        "",
        128,
        {"trainable_blocks": 2},
    ),
    Known(
        "ml-cnn",
        "tenfold.networks.ml_cnn:build",
        "pairs of convolutions with rising dropout, Dense 128",
        "a student project in Keras",
        "75 %",
    ),
    Known(
        "resnet-20",
        "tenfold.networks.residual:build_resnet",
        "residual blocks of 16, 32 and 64 filters",
        "He et al. 2016 (arXiv 1512.03385)",
        "91.25 %",
    ),
    Known(
        "wide-resnet-28-10",
        "tenfold.networks.residual:build_wide",
        "wide residual blocks of 160, 320 and 640 filters",
        "Zagoruyko and Komodakis 2016 (arXiv 1605.07146)",
        "96.00 %",
    ),
)


def known(name: str) -> Known:
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


def build(name: str, classes: int, side: int, **options: Any) -> "nn.Module":
    """A new network whose forward gives `Output`.

    Args:
        name: one of `NETWORKS`, or "package.module:function"; the current folder is searched too.
        classes: how many, 2 to 1,000.
        side: the pictures' side in pixels.
        options: what the function takes beside classes and side.

    Raises:
        TrainingError: there is no such network, it does not take the options, classes or side, or it does not
            give logits of the classes.
    """
    from torch import nn

    from tenfold.networks.adapting import adapted

    if not 2 <= classes <= MOST_CLASSES:
        raise TrainingError(
            f"The network {name}",
            f"is built for 2 to {MOST_CLASSES:,} classes",
            received=f"{classes}",
            cure="Give pictures of at least two classes." if classes < 2 else "Join classes.",
        )
    ours = None if ":" in name else known(name)
    function = _function(ours.build if ours else name)
    options = {**(ours.options if ours else {}), **options}
    try:
        inspect.signature(function).bind(classes, side, **options)
    except TypeError as reason:
        raise TrainingError(
            f"The network {name}",
            "does not take these options",
            received=str(reason),
            cure=f"Its function is {function.__name__}{inspect.signature(function)}.",
        ) from reason
    network = function(classes, side, **options)
    if not isinstance(network, nn.Module):
        raise TrainingError(
            f"The network {name}",
            "is not a torch module",
            received=type(network).__name__,
            cure="The function has to return an nn.Module.",
        )
    return network if ours else adapted(network, name, classes, side)


def _function(path: str) -> Callable[..., Any]:
    """The function at "package.module:function"."""
    module, _, name = path.partition(":")
    # As `python -m` does: one's own network lies where one works, not among the installed packages.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        function = getattr(import_module(module), name, None)
    except (ImportError, SyntaxError, ValueError) as reason:
        raise TrainingError(
            f"The network {path}",
            "cannot be imported",
            received=str(reason),
            cure="Write it as package.module:function, where the module is in this folder or installed.",
        ) from reason
    if not callable(function):
        raise TrainingError(
            f"The network {path}",
            "is not a function",
            received=f"{module} has no function {name!r}",
            cure="Write it as package.module:function.",
        )
    found: Callable[..., Any] = function
    return found
