"""How fast a network trains on this machine, by a few steps on made-up pictures. Writes nothing."""

import time
from dataclasses import dataclass

import torch
from torch.nn import functional

from tenfold.networks import known
from tenfold.recipes.recipe import Recipe
from tenfold.training.precision import choose_device, choose_precision

_MOST_SECONDS, _LEAST_STEPS, _MOST_BATCH = 4.0, 2, 64


@dataclass(frozen=True)
class TrainingSpeed:
    """The measured pictures a second at the recipe's side, and the number of the network's parameters."""

    pictures_per_second: float
    parameters: int


def measure_speed(recipe: Recipe, classes: int = 10) -> TrainingSpeed:
    """Take steps of at most 64 pictures for about four seconds, the first of them not timed.

    Augmentation, the averaged weights and the evaluations of a real training are not in it.
    """
    device = choose_device("auto")
    precision = choose_precision(recipe.precision, device)
    network = known.build(recipe.network, classes, recipe.side, **recipe.options).to(device)
    network.train()
    batch = min(recipe.batch_size, _MOST_BATCH)
    pictures = torch.randn(batch, 3, recipe.side, recipe.side, device=device)
    labels = torch.randint(classes, (batch,), device=device)

    def step() -> None:
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            logits = network(pictures).logits
        functional.cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
        network.zero_grad()
        if device.type == "cuda":
            torch.cuda.synchronize()

    step()
    started, steps = time.perf_counter(), 0
    while steps < _LEAST_STEPS or time.perf_counter() - started < _MOST_SECONDS:
        step()
        steps += 1
    seconds = time.perf_counter() - started
    return TrainingSpeed(batch * steps / seconds, sum(one.numel() for one in network.parameters()))
