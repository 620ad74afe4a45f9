"""`tenfold train --find-rate`: prints the loss at rising learning rates. Keeps nothing that it trains."""

import sys
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import Progress

if TYPE_CHECKING:
    from tenfold.datasets.dataset import Dataset
    from tenfold.recipes.recipe import Recipe

# How many of the steps are printed.
_ROWS = 15


def show_rates(data: "Dataset", recipe: "Recipe", device_name: str) -> None:
    """Run the test, and print its curve and what it suggests. Raises TrainingError as training does."""
    from tenfold.training.rate_finder import find_rate

    with Progress(sys.stderr, "steps", scale=1) as progress:
        found = find_rate(data, recipe, device_name=device_name, on_step=progress.show)
    every = max(1, len(found.rates) // _ROWS)
    click.echo(f"{'rate':>10}  {'loss':>8}")
    for rate, loss in zip(found.rates[::every], found.losses[::every], strict=True):
        click.echo(f"{rate:>10.3g}  {loss:>8.3f}")
    mine = f"the recipe has {recipe.optimiser.rate:g}"
    if found.suggestion is None:
        click.echo(f"The loss fell at none of these rates ({mine}): look at the network and the pictures.")
    else:
        click.echo(f"Suggested: --set optimiser.rate={found.suggestion:g} ({mine})")
