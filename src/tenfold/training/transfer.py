"""Start from what another model has learned, and keep layers as they are. Knows weights by their names.

A model file holds weights as ONNX initialisers, under the names that they had in training, and perhaps as
float16, marked by `_half`; a run's folder holds them in a checkpoint. A head for other classes is trained
from scratch.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tenfold import modelfile
from tenfold.errors import TrainingError
from tenfold.networks.output import FoldsWhenServed
from tenfold.runs.run import Run
from tenfold.training import checkpoints

# What the exporter puts before the names of the network's weights.
_BODY = "body."
# The suffix of weights that are stored as float16.
_HALF = "_half"


def weights_of(source: Path) -> dict[str, Tensor]:
    """The weights of a run's folder, the best if they were kept, or of a model file.

    Raises:
        TrainingError: the folder holds no run.
        ModelFileError: the file is not one of ours, or damaged.
    """
    if source.is_dir():
        run = Run(source)
        kept = [file for file in (run.best_file, run.checkpoint_file) if file.is_file()]
        if not kept:
            raise TrainingError(
                f"The folder {source}",
                "holds no run to start from",
                cure="Name a run's folder (`tenfold runs` lists them) or a model file.",
            )
        tensors, _ = checkpoints.load(kept[0])
        return {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
    import onnx

    graph = onnx.load_from_string(modelfile.read(source)[0]).graph
    arrays = ((one.name, np.array(onnx.numpy_helper.to_array(one))) for one in graph.initializer)
    return {
        name.removeprefix(_BODY).removesuffix(_HALF): torch.from_numpy(
            array.astype(np.float32) if name.endswith(_HALF) else array
        )
        for name, array in arrays
    }


def classes_of(source: Path) -> tuple[str, ...]:
    """The classes of a run's folder or a model file, in the order of their outputs; none where unknown.

    Raises:
        ModelFileError: the file is not one of ours, or damaged.
    """
    if not source.is_dir():
        return modelfile.read(source)[1].labels
    return tuple(Run(source).data.get("classes", ()))


def load_into(
    network: nn.Module, tensors: dict[str, Tensor], source: Path, pictures: Tensor, mean: Tensor, std: Tensor
) -> list[str]:
    """Give the network the weights that fit it.

    A network whose model files hold them in another form takes them by methods of its own: `take_served`,
    then `settle`.

    Args:
        pictures: some of the training pictures, normalised by `mean` and `std`.

    Returns:
        the names of the parameters that stay as they were: a head for other classes.

    Raises:
        TrainingError: they are another network's.
    """
    mine = network.state_dict()
    folded = isinstance(network, FoldsWhenServed) and not tensors.keys() >= set(mine)
    if folded and "whiten.weight" in tensors:
        assert isinstance(network, FoldsWhenServed)
        tensors = network.take_served(tensors, mean.cpu(), std.cpu())
    fitting = {k: v for k, v in tensors.items() if k in mine and mine[k].shape == v.shape}
    left = [name for name, _ in network.named_parameters() if name not in fitting]
    head = _last_layer(network)
    missing = [name for name in left if name.rpartition(".")[0] != head]
    if missing or not fitting:
        raise TrainingError(
            f"The weights of {source}",
            "are of another network",
            received=f"there is nothing for {', '.join(missing[:3] or left[:3])}",
            cure="Train the network that it was made with: --network, and the same options.",
        )
    network.load_state_dict(fitting, strict=False)
    if isinstance(network, FoldsWhenServed) and folded:
        network.settle(pictures)
    return left


@torch.no_grad()
def take_classes(network: nn.Module, other: nn.Module, mine: Sequence[str], theirs: Sequence[str]) -> None:
    """Load the weights of a network with the same layers; of the head, only the rows of shared classes.

    Args:
        mine: the classes of `network`, in the order of its outputs.
        theirs: those of `other`.
    """
    head = _last_layer(network)
    rows = [(mine.index(label), theirs.index(label)) for label in mine if label in theirs]
    to, of = (torch.tensor(places) for places in zip(*rows, strict=True))
    learned = other.state_dict()
    for name, tensor in network.state_dict().items():
        if name.rpartition(".")[0] == head:
            tensor[to.to(tensor.device)] = learned[name][of.to(tensor.device)]
        else:
            tensor.copy_(learned[name])


def freeze(network: nn.Module, until: str) -> list[nn.Module]:
    """Keep the layers before the one named `until` as they are.

    Returns:
        the frozen modules, to be kept in evaluation mode, so that no norm's statistics move.

    Raises:
        TrainingError: there is no such layer.
    """
    layers = [(name, module) for name, module in network.named_modules() if _holds_weights(module)]
    at = [index for index, (name, _) in enumerate(layers) if f"{name}.".startswith(f"{until}.")]
    if not at:
        raise TrainingError(
            f"The layer {until!r}",
            "is not in this network",
            received=f"it has {', '.join(name for name, _ in layers)}",
            cure="Name one of these with --freeze-until; `tenfold network show` lists them.",
        )
    frozen = [module for _, module in layers[: at[0]]]
    for module in frozen:
        module.requires_grad_(False)
    return frozen


def _holds_weights(module: nn.Module) -> bool:
    return not list(module.children()) and bool(module.state_dict())


def _last_layer(network: nn.Module) -> str:
    names = [name for name, module in network.named_modules() if isinstance(module, nn.Linear)]
    return names[-1] if names else ""
