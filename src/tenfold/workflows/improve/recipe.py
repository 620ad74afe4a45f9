"""The command line of `tenfold train` that continues from a model with corrections. Trains nothing.

The network's own recipe at a tenth of its rate, for a few epochs, at full size from the start: enough to move
towards what was corrected, too little to lose what was learned (docs/explanation/corrections.md has figures).
"""

import json
from pathlib import Path
from typing import Any

from tenfold.modelfile import ModelInfo
from tenfold.recipes import recipe_file
from tenfold.workflows.improve.data import MANIFEST

EPOCHS = 4
RATE_SHARE = 0.1
# Few pictures are learned in small batches, so that there are steps enough.
BATCH, LEAST_BATCH, STEPS = 128, 16, 32
_MARK = ", corrected "
_RATES = ("rate", "bias_rate", "head_rate")


def name_of(info: ModelInfo, number: int) -> str:
    """The name of an improvement's model: that of the model it started from, and its number."""
    return f"{info.name.partition(_MARK)[0]}{_MARK}{number}"


def arguments(
    info: ModelInfo, model: Path, folder: Path, *, name: str, epochs: int, pictures: int, repeated: bool
) -> list[str]:
    """The arguments of `tenfold train`.

    Args:
        repeated: whether own data keep the classes even; without them the rarer ones are shown as often.
    """
    network = str(info.network["name"])
    recipe = recipe_file.shipped(network)
    changes: dict[str, Any] = {
        "curriculum": [],
        "early_epochs": 0,
        "batch_size": min(BATCH, recipe.batch_size, max(LEAST_BATCH, pictures // STEPS)),
        "balance": recipe.balance if repeated else "sampling",
        "schedule.name": "linear",
        "stopping.patience": 0,
        "stopping.keep": "last",
    }
    changes |= {f"optimiser.{name}": RATE_SHARE * getattr(recipe.optimiser, name) for name in _RATES}
    changes |= {f"options.{name}": value for name, value in info.network_options.items()}
    given = [
        f"--data={folder / MANIFEST}",
        f"--network={network}",
        f"--from={model}",
        f"--epochs={epochs}",
        f"--side={info.input_size}",
        f"--views={info.views}",
        f"--name={name}",
    ]
    return given + [f"--set={name}={json.dumps(value)}" for name, value in changes.items()]
