"""Networks by name, and any other by module and function. Imports no torch before it builds.

A network is a function `build(classes, side, **options)` that gives an `nn.Module` for normalised float
pictures `[N, 3, side, side]`. Its forward gives `Output` or plain logits `[N, classes]`. It may have
`start_from(pictures)`, called once before training, and `pixel_mean` and `pixel_std` (three floats in 0..255)
if it wants pictures normalised otherwise than by the training data's own mean and deviation.
"""

import inspect
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenfold.errors import TenfoldError, TrainingError, counted
from tenfold.networks.listing import NETWORKS, KnownNetwork, known

if TYPE_CHECKING:
    from torch import nn

__all__ = ["NETWORKS", "KnownNetwork", "build", "known"]

MOST_CLASSES = 1000


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
    import torch
    from torch import nn

    from tenfold.networks.adapting import adapted, told

    if not 2 <= classes <= MOST_CLASSES:
        raise TrainingError(
            f"The network {name}",
            f"is built for 2 to {MOST_CLASSES:,} classes",
            received=f"{classes}",
            cure="Give pictures of at least two classes." if classes < 2 else "Join classes.",
        )
    ours = None if is_own(name) else known(name)
    function = _function(ours.build if ours else name)
    options = {**(ours.options if ours else {}), **options}
    try:
        inspect.signature(function).bind(classes, side, **options)
    except TypeError as reason:
        given = ", ".join([str(classes), str(side), *(f"{key}={value!r}" for key, value in options.items())])
        raise TrainingError(
            f"The network {name}",
            "does not take what it is given",
            received=str(reason),
            cure=f"It is given the number of classes, the side and the recipe's options: ({given}). "
            f"Its function is {function.__name__}{inspect.signature(function)}.",
        ) from reason
    try:
        network = function(classes, side, **options)
    except TenfoldError:
        raise
    except (Exception, SystemExit) as reason:  # it is one's own code and may raise anything
        raise TrainingError(
            f"The network {name}",
            f"cannot be built for {counted(classes, 'class', 'classes')} and pictures of {side} x {side}",
            received=told(reason),
            cure="Its function is given the number of classes, the side in pixels and the recipe's options.",
        ) from reason
    if not isinstance(network, nn.Module):
        raise TrainingError(
            f"The network {name}",
            "is not a torch module",
            received=type(network).__name__,
            cure="The function has to return an nn.Module.",
        )
    if isinstance(network, torch.jit.ScriptModule):
        raise TrainingError(
            f"The network {name}",
            "is TorchScript, whose layers cannot be looked into",
            received=type(network).__name__,
            cure="Return the module itself, without torch.jit.",
        )
    return network if ours else adapted(network, name, classes, side)


def is_own(name: str) -> bool:
    """Whether a network is somebody's own code, named as "package.module:function"."""
    return ":" in name


def _function(path: str) -> Callable[..., Any]:
    """The function at "package.module:function"."""
    from torch import nn

    from tenfold.networks.adapting import told

    module, _, name = path.partition(":")
    if module.endswith(".py") or os.sep in module:
        raise TrainingError(
            f"The network {path}",
            "is named by a file",
            received=module,
            cure=f"Name the module, in the folder that it lies in: {Path(module).stem}:{name or 'build'}.",
        )
    # As `python -m` does: one's own network lies where one works, not among the installed packages.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        function = getattr(import_module(module), name, None)
    except (Exception, SystemExit) as reason:  # it is one's own code and may raise anything
        raise TrainingError(
            f"The network {path}",
            "cannot be imported",
            received=told(reason),
            cure="Write it as package.module:function, where the module is in this folder or installed.",
        ) from reason
    if not callable(function) or isinstance(function, nn.Module):
        raise TrainingError(
            f"The network {path}",
            "is not a function",
            received=f"{module} has no function {name!r}" if function is None else type(function).__name__,
            cure="Write it as package.module:function.",
        )
    found: Callable[..., Any] = function
    return found
