"""Teachers: other models' answers on the pictures a network learns from.

A teacher is a model file, run by ONNX Runtime, or a run's folder, run by torch (Hinton et al. 2015, arXiv
1503.02531). Knows nothing of the loop that asks.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from tenfold import modelfile
from tenfold.errors import TrainingError
from tenfold.inference import Classifier
from tenfold.networks import known
from tenfold.runs.run import Run
from tenfold.training import state, transfer
from tenfold.training.augmentation import augment

Answers = Callable[[Tensor], Tensor]


def teacher_answers(source: str, classes: tuple[str, ...], device: torch.device) -> Answers:
    """A function from uint8 `[N, 3, H, W]` to probabilities `[N, K]`, in the order of `classes`.

    Args:
        source: a model file, a run's folder, or the name of a bundled model.

    Raises:
        TrainingError: it knows other classes.
        ModelFileError: it is no model file.
    """
    path = Path(modelfile.locate(source))
    return _of_run(path, classes, device) if path.is_dir() else _of_file(path, classes)


def _of_file(path: Path, classes: tuple[str, ...]) -> Answers:
    teacher = Classifier(path)
    order = _order(path, teacher.info.labels, classes)

    def answers(pictures: Tensor) -> Tensor:
        fitting = augment.resize(pictures, teacher.info.input_size)
        inputs = fitting.permute(0, 2, 3, 1).contiguous().cpu().numpy()
        return torch.from_numpy(teacher.raw(inputs)[0])[:, order]

    return answers


def _of_run(folder: Path, classes: tuple[str, ...], device: torch.device) -> Answers:
    run = Run(folder)
    recipe = run.parse_recipe()
    order = _order(folder, tuple(run.require_data()["classes"]), classes)
    network = known.build(recipe.network, len(classes), recipe.side, **recipe.options)
    tensors = transfer.weights_of(folder)
    mean, std = (tensors[f"{state.PIXELS}.{name}"].to(device) for name in ("mean", "std"))
    network.load_state_dict({k: v for k, v in tensors.items() if not k.startswith(f"{state.PIXELS}.")})
    network = network.to(device).eval()

    @torch.no_grad()
    def answers(pictures: Tensor) -> Tensor:
        fitting = augment.resize(pictures, recipe.side).to(device).float()
        return functional.softmax(network((fitting - mean) / std).logits.float(), dim=1)[:, order]

    return answers


def _order(path: Path, theirs: tuple[str, ...], classes: tuple[str, ...]) -> list[int]:
    if set(theirs) != set(classes):
        raise TrainingError(
            f"The teacher {path}",
            "knows other classes than these pictures have",
            received=f"{', '.join(theirs[:5])} there, {', '.join(classes[:5])} here",
            cure="Choose a teacher that was trained on the same classes.",
        )
    return [theirs.index(label) for label in classes]
