"""A classifier judged and reported on: measures, renders, writes. Opens no data and trains nothing."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenfold import __version__
from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation import html
from tenfold.evaluation import out_of_distribution as making
from tenfold.evaluation.evaluate import Answers, Evaluation, answers, check_fit, score
from tenfold.evaluation.learning_curve import LearningCurve
from tenfold.evaluation.out_of_distribution import Strangers
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
from tenfold.evaluation.report.section import Judged
from tenfold.evaluation.robustness import robustness as measure_robustness
from tenfold.inference import Classifier
from tenfold.runs.run import Run

NO_LEARNING = "Whether more labelled pictures would help: add --learning-curve, which trains and takes long."
NO_ROBUSTNESS = "How much accuracy is left on corrupted pictures: add --robustness, which takes minutes."


@dataclass(frozen=True, eq=False)
class Report:
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
    strangers: Sequence[Strangers] | None = None,
    found: Answers | None = None,
    corrupted: int = 0,
    learning: LearningCurve | None = None,
    tell: Callable[[str], None] = lambda doing: None,
) -> Report:
    """Judge a classifier and write the report: one HTML page, and its figures in a JSON file beside it.

    Args:
        path: where the page goes; the figures go to the same name ending in `.json`.
        data: pictures of the classifier's size and classes.
        name: what the data are called.
        split: which part of them this is: test, validation or training.
        run: the training run, for the curves; by default the one in whose folder the model file is.
        strangers: pictures of none of the classes; by default made of the data.
        found: what the classifier says of the data, where that is known already.
        corrupted: how many pictures are judged under each of 75 corruptions; 0 leaves robustness out.
        learning: networks trained on parts of the training pictures; None leaves that section out.
        tell: called with what is done now, for people who wait.

    Raises:
        DatasetError: the pictures have another size or other classes than the model, or there are none.
        UsageError: the page cannot be written.
    """
    check_fit(classifier, data)
    run = run or Run.of_model(Path(classifier.path))
    if found is None:
        tell(f"Classifying {len(data):,} pictures")
        found = answers(classifier, data.pictures)
    judged = Judged(classifier, data, found, score(data, found, classifier.info.threshold))
    tell("Looking at mistakes")
    sections = [classes.section(judged), confusion.section(judged), mistakes.section(judged)]
    sections.append(calibration.section(judged))
    tell("Looking at strangers")
    kinds = making.made_up(data) if strangers is None else strangers
    sections.append(none_of_these.section(judged, kinds))
    if corrupted:
        tell("Looking at corrupted pictures")
        sections.append(robustness.section(measure_robustness(classifier, data, pictures=corrupted)))
    if learning:
        sections.append(learning_section(learning))
    tell("Measuring the speed")
    sections += [training.section(classifier.info, run), speed.section(judged)]
    head = _head(judged, sections[-1].facts["speed"], name or "own data", split)
    facts = {**_facts(judged, head), **{k: v for section in sections for k, v in section.facts.items()}}
    absent = [words for there, words in ((corrupted, NO_ROBUSTNESS), (learning, NO_LEARNING)) if not there]
    figures = path.with_suffix(".json")
    html.write(figures, json.dumps(facts, indent=2) + "\n", "The report")
    html.write(path, page.render(head, sections, absent), "The report")
    return Report(path, figures, judged.result, facts)


def _facts(judged: Judged, head: dict[str, Any]) -> dict[str, Any]:
    """The figures of the whole, which stand before those of the sections."""
    top5 = judged.result.top5
    return {
        "tenfold_version": __version__,
        "created": head["created"],
        "model": {
            "name": head["model"],
            "file": head["file"],
            "sha256": judged.classifier.sha256,
            "temperature": judged.classifier.info.temperature,
            "threshold": judged.classifier.info.threshold,
        },
        "data": {"name": head["data"], "split": head["split"], "pictures": len(judged.data)},
        **judged.result.summary(),
        "top5_accuracy": None if top5 is None else round(top5.value, 4),
    }


def _head(judged: Judged, cost: dict[str, Any], name: str, split: str) -> dict[str, Any]:
    info, now = judged.classifier.info, datetime.now(UTC)
    return {
        "model": info.name,
        "file": os.path.basename(os.fspath(judged.classifier.path)),
        "sha256": judged.classifier.sha256,
        "licence": info.licence,
        "version": __version__,
        "data": name,
        "split": split,
        "pictures": len(judged.data),
        "classes": len(judged.data.classes),
        "created": now.isoformat(timespec="seconds"),
        "day": f"{now:%-d %B %Y}",
        "tiles": list(_tiles(judged, cost)),
    }


def _tiles(judged: Judged, cost: dict[str, Any]) -> list[dict[str, str]]:
    result, percent = judged.result, page.percent
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
        ("Macro F1", percent(result.macro.f1, 2), "every class counts alike"),
        ("Calibration error", percent(result.calibration_error, 2), "confidence against accuracy"),
        ("Known, and kept", percent(result.kept.value, 2), "not called “none of these”"),
        ("One picture", f"{cost['one_picture']['p50_ms']:.1f} ms", "the network alone, on this machine"),
        ("Model file", f"{cost['bytes'] / 1e6:.1f} MB", f"{judged.classifier.info.input_size} pixels a side"),
    ]
    return [dict(zip(("name", "value", "aside"), tile, strict=True)) for tile in tiles]
