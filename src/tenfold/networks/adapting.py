"""Wraps a network that returns plain logits so that it returns `Output`; names and weights are kept.

Knows no network.
"""

import re
import traceback
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.networks.layered import Layered
from tenfold.networks.output import Output, one_cell

# Optional attributes of a network (tenfold.networks.known).
EXTRAS = ("pixel_mean", "pixel_std", "start_from")
# Locations of code that is not the user's, beside installed packages: tenfold, Python's library, frozen
# modules.
_NOT_OWN = (str(Path(__file__).parents[1]), str(Path(traceback.__file__).parent), "<")
# Exceptions whose messages suffice without their names.
_PLAIN = (RuntimeError, ImportError, SyntaxError, ValueError)
# What makes probabilities of logits, as autograd calls it.
_PROBABILITIES = re.compile(r"((?:Log)?(?:Softmax|Sigmoid))Backward\d*")


class Adapted(nn.Module):
    """A network of plain logits, giving `Output`.

    The features are what its last `nn.Linear` saw, if the logits come from there; otherwise the logits.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Output:
        seen: list[tuple[Tensor, Tensor]] = []

        def see(layer: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
            seen.append((inputs[0], output))

        hooks = [
            layer.register_forward_hook(see)
            for layer in self.network.modules()
            if isinstance(layer, nn.Linear)
        ]
        try:
            logits = self.network(x)
        finally:
            for hook in hooks:
                hook.remove()
        if not isinstance(logits, Tensor):
            # Some answer with more while they train, such as those with auxiliary heads.
            mode = "training" if self.training else "use"
            raise TypeError(f"in {mode} it answers with a {type(logits).__name__} and not with logits alone")
        features = seen[-1][0] if seen and seen[-1][1] is logits else logits
        return one_cell(logits, features)


def adapted(network: nn.Module, name: str, classes: int, side: int) -> nn.Module:
    """The network itself if it gives `Output`, or one that does, with the same weights.

    Layers of a plain `nn.Sequential` that ends in `nn.Linear` keep their names; those of any other network
    stand behind "network.".

    Raises:
        TrainingError: it does not take the pictures, or does not give logits of the classes.
    """
    if type(network) is nn.Sequential and len(network) and isinstance(network[-1], nn.Linear):
        layered = Layered(OrderedDict(network.named_children()))
        _answer(layered, name, classes, side)
        return layered
    if isinstance(_answer(network, name, classes, side), Output):
        return network
    whole = Adapted(network)
    for extra in EXTRAS:
        if hasattr(network, extra):
            setattr(whole, extra, getattr(network, extra))
    return whole


def _answer(network: nn.Module, name: str, classes: int, side: int) -> Tensor | Output:
    """Its checked output for some grey pictures."""
    mode = network.training
    network.eval()
    # Another number than that of the classes, so that no answer has the right shape by chance.
    count = 2 if classes > 2 else 3
    try:
        answer: Tensor | Output = network(torch.zeros(count, 3, side, side))
    except Exception as reason:  # it is one's own code and may raise anything
        raise does_not_take(name, side, reason) from reason
    network.train(mode)
    logits = answer.logits if isinstance(answer, Output) else answer
    if not isinstance(logits, Tensor) or logits.shape != (count, classes):
        received = f"shape {list(logits.shape)}" if isinstance(logits, Tensor) else type(answer).__name__
        raise TrainingError(
            f"The network {name}",
            f"does not answer with logits of shape [N, {classes}]",
            received=f"{received} for N = {count}",
            cure="Its forward gives the logits alone, or tenfold.networks.output.Output.",
        )
    if logits.dtype != torch.float32:
        raise TrainingError(
            f"The network {name}",
            "does not answer in float32",
            received=str(logits.dtype).removeprefix("torch."),
            cure="Let its layers be float32; training chooses a shorter format itself (--precision).",
        )
    if logits.grad_fn and (last := _PROBABILITIES.fullmatch(logits.grad_fn.name())):
        raise TrainingError(
            f"The network {name}",
            f"ends in a {last[1].lower()}",
            received="it answers with probabilities, not with logits",
            cure="Leave it out: training and the model file apply the softmax to the logits.",
        )
    return answer


def does_not_take(name: str, side: int, reason: Exception) -> TrainingError:
    """The error for a network that fails on pictures of this side."""
    return TrainingError(
        f"The network {name}",
        f"does not take pictures of {side} x {side}",
        received=told(reason),
        cure="It is given float tensors of shape [N, 3, side, side]; --side names another side.",
    )


def told(reason: BaseException) -> str:
    """What went wrong in somebody's own code, in a line: the message, and the last line of that code."""
    words = "no message"
    with suppress(Exception):  # the message is one's own code too
        words = (str(reason).strip() or words).splitlines()[0]
    if not isinstance(reason, _PLAIN):
        words = f"{type(reason).__name__}: {words}"
    own = [
        f"{Path(place.filename).name} line {place.lineno}"
        for place in traceback.extract_tb(reason.__traceback__)
        if not place.filename.startswith(_NOT_OWN) and "site-packages" not in place.filename
    ]
    return f"{words}, in {own[-1]}" if own else words
