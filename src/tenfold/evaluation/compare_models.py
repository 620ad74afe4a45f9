"""Models run on the same pictures, each at its own size, and compared; and the table of their figures.

Opens no data itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.evaluation.caveats import stored
from tenfold.evaluation.class_mapping import joined, with_classes
from tenfold.evaluation.comparison import Comparison, NamedOutputs, check_classes, compare, in_order
from tenfold.evaluation.evaluate import model_outputs
from tenfold.inference import Classifier
from tenfold.runs.progress import clock
from tenfold.runs.run import Run

# Called with the pictures done, the pictures in all, and the name of the model that answers them.
OnProgress = Callable[[int, int, str], None]
# Opens the data for a side in pixels and a resize rule.
OpenData = Callable[[int, str], Dataset]


@dataclass(frozen=True, eq=False)
class Compared:
    """One of what is compared: its model, its run, or both."""

    name: str
    classifier: "Classifier | None"
    run: Run | None = None


def compare_models(
    models: Mapping[str, Classifier],
    open_data: OpenData,
    split: str = "test",
    progress: OnProgress = lambda done, total, name: None,
) -> Comparison:
    """Run each model on the same pictures, and compare their answers.

    Args:
        models: by the names that the comparison calls them.
        split: test, validation, training or all.

    Raises:
        UsageError: there are fewer than two models.
        DatasetError: they do not know the same classes, or the data has others, or no picture; or some of it
            can be read at one size and not at another.
    """
    labels = {name: model.info.labels for name, model in models.items()}
    check_classes(labels)
    wanted = next(iter(labels.values()))
    opened: dict[tuple[int, str], LabelledPictures] = {}
    compared = []
    for place, (name, model) in enumerate(models.items()):
        how = (model.info.input_size, model.info.resize)
        if how not in opened:
            opened[how] = with_classes(part(open_data(*how), split), wanted)

        def report(done: int, total: int, place: int = place, name: str = name) -> None:
            progress(place * total + done, len(models) * total, name)

        found = model_outputs(model, opened[how].pictures, report)
        ordered = in_order(found, labels[name], wanted)
        known = stored(model.info.scores.get("validation"))
        compared.append(NamedOutputs(name, ordered, model.info.threshold, known))
    _check_same(list(opened.values()))
    return compare(next(iter(opened.values())), compared)


def part(data: Dataset, split: str) -> LabelledPictures:
    """A part of the data by its name: test, validation, training or all."""
    parts = {"test": data.test, "validation": data.validation, "training": data.training}
    return joined(list(parts.values())) if split == "all" else parts[split]


def figures(compared: Sequence[Compared], found: Comparison | None) -> list[tuple[str, list[str]]]:
    """The table: a figure's name, and its value for each; a row that is known of none is left out."""
    columns = [_figures(one, found) for one in compared]
    rows = [(name, [column[name] for column in columns]) for name in columns[0]]
    return [(name, values) for name, values in rows if any(value != "-" for value in values)]


def _figures(one: Compared, found: Comparison | None) -> dict[str, str]:
    model, run = one.classifier, one.run
    result = found.evaluations.get(one.name) if found else None
    network = model.info.network if model else {"name": run.recipe.get("network") if run else None}
    seconds = (run.seconds if run else 0.0) or (model and model.info.training.get("seconds"))
    return {
        "accuracy": f"{result.accuracy.value:.2%}" if result else "-",
        "95 % interval": f"{result.accuracy.low:.2%} to {result.accuracy.high:.2%}" if result else "-",
        "macro F1": f"{result.macro.f1:.2%}" if result else "-",
        "calibration error": f"{result.calibration_error:.2%}" if result else "-",
        "network": str(network.get("name") or "-"),
        "parameters": _count(network.get("parameters")),
        "multiply-adds": _count(network.get("multiply_adds")),
        "model file": f"{model.bytes / 1e6:.1f} MB" if model else "-",
        "input": f"{model.info.input_size} pixels" if model else "-",
        "epochs": _epochs(one),
        "training time": clock(seconds) if isinstance(seconds, int | float) else "-",
        "best validation": f"{run.best.accuracy:.2%}" if run and run.best else "-",
    }


def _count(known: object) -> str:
    return f"{known:,}" if isinstance(known, int) else "-"


def _epochs(one: Compared) -> str:
    if one.run and one.run.done:
        return str(one.run.done)
    recipe = one.classifier.info.training if one.classifier else {}
    stages = sum(int(stage["epochs"]) for stage in recipe.get("stages", []))
    return str(recipe.get("epochs_run") or recipe.get("epochs") or stages or "-")


def _check_same(opened: Sequence[LabelledPictures]) -> None:
    first, *others = opened
    if any(one.labels.tolist() != first.labels.tolist() or one.sources != first.sources for one in others):
        raise DatasetError(
            "The data",
            "gave other pictures at another size, so these models cannot be compared",
            cure="Some files changed meanwhile or cannot be read: `tenfold data check` lists them.",
            reason="data-changed",
        )
