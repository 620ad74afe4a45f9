"""Tries a network before the first epoch, as training will use it. Knows no pictures."""

import copy

import torch
from torch import nn

from tenfold.errors import TrainingError
from tenfold.networks.adapting import told
from tenfold.networks.output import Output
from tenfold.recipes.recipe import Recipe


def check_trainable(network: nn.Module, recipe: Recipe, classes: int) -> torch.memory_format:
    """Take a step of training, without its effect, at every side that the recipe has.

    A fault at the side of a later epoch, or only in training mode, would otherwise end the run late.

    Returns:
        how pictures lie in memory in this training: channels last, which is fastest, unless the network fails
        on that, as `x.view(x.size(0), -1)` does.

    Raises:
        TrainingError: the network fails at one of the sides.
    """
    if not any(param.requires_grad for param in network.parameters()):
        raise TrainingError(
            f"The network {recipe.network}",
            "has nothing that could learn",
            received="no parameter with requires_grad",
            cure="Give it layers with weights, such as nn.Linear, and leave these trainable.",
        )
    fastest = torch.channels_last
    try:
        _take_steps(network, recipe, classes, fastest)
    except TrainingError:
        fastest = torch.contiguous_format
        _take_steps(network, recipe, classes, fastest)
    return fastest


def _take_steps(network: nn.Module, recipe: Recipe, classes: int, layout: torch.memory_format) -> None:
    count = min(recipe.batch_size, 2)
    copied = copy.deepcopy(network).train().to(memory_format=layout)  # type: ignore[call-overload]
    for side in sorted({recipe.side_at(epoch) for epoch in range(recipe.epochs)}):
        try:
            with torch.random.fork_rng(devices=[]):
                output: Output = copied(torch.rand(count, 3, side, side).contiguous(memory_format=layout))
                output.logits.sum().backward()  # type: ignore[no-untyped-call]
        except Exception as reason:  # it may be user code and raise anything
            raise _fails(recipe, count, side, told(reason)) from reason
        if output.logits.shape != (count, classes):
            shape = list(output.logits.shape)
            raise _fails(recipe, count, side, f"its answer has shape {shape}, not {[count, classes]}")


def _fails(recipe: Recipe, count: int, side: int, why: str) -> TrainingError:
    pictures = f"{count} pictures" if count > 1 else "one picture"
    by_curriculum = side != recipe.side
    return TrainingError(
        f"The network {recipe.network}",
        f"cannot be trained on {pictures} of {side} x {side}"
        + (", the side of the recipe's first epochs" if by_curriculum else ""),
        received=why,
        cure="Make it take any side, as nn.AdaptiveAvgPool2d before the head does, or train at one side: "
        "--set curriculum=[]"
        if by_curriculum
        else "Its parameters have to be learned from logits [N, classes] in training mode.",
    )
