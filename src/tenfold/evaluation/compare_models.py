"""Models run on the same pictures, each at its own size, and compared. Opens no data itself."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.evaluation.class_mapping import joined, with_classes
from tenfold.evaluation.comparison import Comparison, Contender, check_classes, compare, in_order
from tenfold.evaluation.evaluate import answers
from tenfold.inference import Classifier

# Called with the pictures done, and the pictures in all.
Told = Callable[[int, int], None]
# Opens the data for a side in pixels and a resize rule.
Opening = Callable[[int, str], Dataset]


def contest(
    models: Mapping[str, Classifier],
    opening: Opening,
    split: str = "test",
    showing: Callable[[str], AbstractContextManager[Told]] = lambda name: nullcontext(
        lambda done, total: None
    ),
) -> Comparison:
    """Run each model on the same pictures, and compare what they say.

    Args:
        models: by the names that the comparison calls them.
        split: test, validation, training or all.
        showing: gives, for a model's name, where its progress is told.

    Raises:
        UsageError: there are fewer than two models.
        DatasetError: they do not know the same classes, or the data has others, or no picture; or some of it
            can be read at one size and not at another.
    """
    labels = {name: model.info.labels for name, model in models.items()}
    check_classes(labels)
    wanted = next(iter(labels.values()))
    opened: dict[tuple[int, str], LabelledPictures] = {}
    contenders = []
    for name, model in models.items():
        how = (model.info.input_size, model.info.resize)
        if how not in opened:
            opened[how] = with_classes(part(opening(*how), split), wanted)
        with showing(name) as told:
            found = answers(model, opened[how].pictures, told)
        contenders.append(Contender(name, in_order(found, labels[name], wanted), model.info.threshold))
    _check_same(list(opened.values()))
    return compare(next(iter(opened.values())), contenders)


def _silent(done: int, total: int) -> None:
    pass


def part(data: Dataset, split: str) -> LabelledPictures:
    """A part of the data by its name: test, validation, training or all."""
    parts = {"test": data.test, "validation": data.validation, "training": data.training}
    return joined(list(parts.values())) if split == "all" else parts[split]


def _check_same(opened: Sequence[LabelledPictures]) -> None:
    first, *others = opened
    if any(one.labels.tolist() != first.labels.tolist() or one.sources != first.sources for one in others):
        raise DatasetError(
            "The data",
            "gave other pictures at another size, so these models cannot be compared",
            cure="Some files changed meanwhile or cannot be read: `tenfold data check` lists them.",
        )
