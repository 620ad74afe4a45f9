"""A classifier evaluated and reported on: measures, renders, writes. Opens no data and trains nothing."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenfold import __version__
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import UsageError, counted
from tenfold.evaluation import html
from tenfold.evaluation.caveats import as_facts, of_evaluation
from tenfold.evaluation.evaluate import Evaluation, ModelOutputs, check_fit, model_outputs, score
from tenfold.evaluation.learning_curve import LearningCurve
from tenfold.evaluation.out_of_distribution import OutOfDistribution, made_up
from tenfold.evaluation.report import (
    calibration,
    classes,
    confusion,
    mistakes,
    none_of_these,
    page,
    robustness,
    speed,
    training,
)
from tenfold.evaluation.report.learning import section as learning_section
from tenfold.evaluation.report.section import EvaluatedModel
from tenfold.evaluation.robustness import robustness as measure_robustness
from tenfold.inference import Classifier
from tenfold.runs.run import Run

NO_LEARNING = "Whether more labelled pictures would help: add --learning-curve, which trains and takes long."
NO_ROBUSTNESS = "How much accuracy is left on corrupted pictures: add --robustness, which takes minutes."


@dataclass(frozen=True, eq=False)
class WrittenReport:
    """A report that was written.

    Attributes:
        page: the HTML file.
        figures: the JSON file beside it.
        evaluation: the figures of merit.
        facts: what the JSON file holds.
    """

    page: Path
    figures: Path
    evaluation: Evaluation
    facts: dict[str, Any]


def write_report(
    path: Path,
    classifier: Classifier,
    data: LabelledPictures,
    *,
    name: str = "",
    split: str = "test",
    run: Run | None = None,
    out_of_distribution: Sequence[OutOfDistribution] | None = None,
    found: ModelOutputs | None = None,
    corrupted: int = 0,
    learning: LearningCurve | None = None,
    on_step: Callable[[str], None] = lambda doing: None,
) -> WrittenReport:
    """Evaluate a classifier and write the report: one HTML page, and its figures in a JSON file beside it.

    Args:
        path: where the page goes; the figures go to the same name ending in `.json`.
        data: pictures of the classifier's size and classes.
        name: what the data are called.
        split: which part of them this is: test, validation or training.
        run: the training run, for the curves; by default the one in whose folder the model file is.
        out_of_distribution: pictures of none of the classes; by default made of the data.
        found: what the classifier says of the data, where that is known already.
        corrupted: how many pictures are evaluated under each of 75 corruptions; 0 leaves robustness out.
        learning: networks trained on parts of the training pictures; None leaves that section out.
        on_step: called with what is done now, for people who wait.

    Raises:
        DatasetError: the pictures have another size or other classes than the model, or there are none.
        UsageError: the page cannot be written.
    """
    if not path.name:
        raise UsageError(
            "The report",
            "has no name",
            received=repr(str(path)),
            cure="Name a file with --output.",
        )
    check_fit(classifier, data)
    run = run or Run.of_model(Path(classifier.path))
    if found is None:
        on_step(f"Classifying {counted(len(data), 'picture')}")
        found = model_outputs(classifier, data.pictures)
    evaluated = EvaluatedModel(classifier, data, found, score(data, found, classifier.info.threshold))
    on_step("Looking at mistakes")
    sections = [classes.section(evaluated), confusion.section(evaluated), mistakes.section(evaluated)]
    sections.append(calibration.section(evaluated))
    on_step("Looking at out-of-distribution pictures")
    kinds = made_up(data) if out_of_distribution is None else out_of_distribution
    sections.append(none_of_these.section(evaluated, kinds))
    if corrupted:
        on_step("Looking at corrupted pictures")
        sections.append(robustness.section(measure_robustness(classifier, data, pictures=corrupted)))
    if learning:
        sections.append(learning_section(learning))
    on_step("Measuring the speed")
    sections += [training.section(classifier.info, run), speed.section(evaluated)]
    head = _head(evaluated, sections[-1].facts["speed"], name or "own data", split)
    facts = {**_facts(evaluated, head), **{k: v for section in sections for k, v in section.facts.items()}}
    absent = [words for there, words in ((corrupted, NO_ROBUSTNESS), (learning, NO_LEARNING)) if not there]
    figures = path.with_suffix(".json")
    html.write(figures, json.dumps(facts, indent=2) + "\n", "The report")
    html.write(path, page.render(head, sections, absent), "The report")
    return WrittenReport(path, figures, evaluated.result, facts)


def _facts(evaluated: EvaluatedModel, head: dict[str, Any]) -> dict[str, Any]:
    """The figures of the whole, which stand before those of the sections."""
    top5 = evaluated.result.top5
    return {
        "tenfold_version": __version__,
        "created": head["created"],
        "model": {
            "name": head["model"],
            "file": head["file"],
            "sha256": evaluated.classifier.sha256,
            "temperature": evaluated.classifier.info.temperature,
            "threshold": evaluated.classifier.info.threshold,
        },
        "data": {"name": head["data"], "split": head["split"], "pictures": len(evaluated.data)},
        **evaluated.result.summary(),
        "caveats": as_facts(of_evaluation(evaluated.result)),
        "top5_accuracy": None if top5 is None else round(top5.value, 4),
    }


def _head(evaluated: EvaluatedModel, cost: dict[str, Any], name: str, split: str) -> dict[str, Any]:
    info, now = evaluated.classifier.info, datetime.now(UTC)
    return {
        "model": info.name,
        "file": os.path.basename(os.fspath(evaluated.classifier.path)),
        "sha256": evaluated.classifier.sha256,
        "licence": info.licence,
        "data": name,
        "split": split,
        "pictures": len(evaluated.data),
        "classes": len(evaluated.data.classes),
        "created": now.isoformat(timespec="seconds"),
        "day": f"{now:%-d %B %Y}",
        "tiles": list(_tiles(evaluated, cost)),
        "caveats": [one.sentence for one in of_evaluation(evaluated.result)],
    }


def _tiles(evaluated: EvaluatedModel, cost: dict[str, Any]) -> list[dict[str, str]]:
    result, percent = evaluated.result, page.percent
    accuracy = result.accuracy
    tiles = [
        (
            "Accuracy",
            percent(accuracy.value, 2),
            f"95 % interval {percent(accuracy.low, 2)} to {percent(accuracy.high, 2)}",
        )
    ]
    if result.top5 is not None:
        five = result.top5
        interval = f"95 % interval {percent(five.low, 2)} to {percent(five.high, 2)}"
        tiles.append(("Top-5 accuracy", percent(five.value, 2), interval))
    tiles += [
        ("Macro F1", percent(result.macro.f1, 2), "every class counts the same"),
        ("Calibration error", percent(result.calibration_error, 2), "confidence against accuracy"),
        ("Known, and kept", percent(result.kept.value, 2), "not called “none of these”"),
        ("One picture", f"{cost['one_picture']['p50_ms']:.1f} ms", "the network alone, on this machine"),
        (
            "Model file",
            f"{cost['bytes'] / 1e6:.1f} MB",
            f"{evaluated.classifier.info.input_size} pixels a side",
        ),
    ]
    return [dict(zip(("name", "value", "aside"), tile, strict=True)) for tile in tiles]
