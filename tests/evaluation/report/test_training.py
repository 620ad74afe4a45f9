"""The section on training: a chart for each figure that was kept, and settings that people can read."""

import json
from pathlib import Path

from tenfold.evaluation.report import training
from tenfold.runs.run import Run
from tests.fakes import INFO


def run(folder: Path, *epochs: dict[str, float]) -> Run:
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in epochs))
    return Run(folder)


def test_there_is_a_chart_for_each_figure_that_was_kept(tmp_path: Path) -> None:
    full = {"loss": 1.0, "accuracy": 0.5, "precision": 0.5, "recall": 0.4}
    rows = [{"epoch": e, **full, **{f"validation_{k}": v for k, v in full.items()}} for e in (1, 2, 3)]
    found = training.section(INFO, run(tmp_path, *rows))
    assert [chart.title for chart in found.shown["charts"]] == ["Loss", "Accuracy", "Precision", "Recall"]
    for chart in found.shown["charts"]:
        assert [key.name for key in chart.legend] == ["training", "validation"]
    assert found.shown["epochs"][0][:3] == ["epoch", "loss", "validation loss"]
    assert found.shown["epochs"][1] == ["1", *["1.0000"] * 2, *["0.5000"] * 4, *["0.4000"] * 2]


def test_an_older_run_has_the_charts_of_what_it_kept(tmp_path: Path) -> None:
    found = training.section(INFO, run(tmp_path, {"epoch": 1, "loss": 2.0, "validation_accuracy": 0.3}))
    assert [chart.title for chart in found.shown["charts"]] == ["Loss", "Accuracy"]
    assert found.shown["charts"][1].summary == "validation ends at 30.00%."


def test_without_a_run_the_recipe_is_the_model_files() -> None:
    found = training.section(INFO, None)
    assert found.shown["charts"] == []
    assert found.facts["training"]["recipe"] == INFO.training
    # A model file names pictures that it was chosen and evaluated on, too: not all is training.
    assert found.title == "How it was made"
    recipe = dict(dict(found.shown["tables"])["Recipe and pictures"])
    assert recipe == {"epochs": "3", "stages": "(epochs 2, side 24), (epochs 1, side 32)"}


def test_nested_settings_are_told_in_one_level() -> None:
    facts = {"optimiser": {"name": "sgd", "learning_rate": 0.1}, "flip": True, "teacher": None}
    assert list(training.readable(facts)) == [
        ("optimiser · name", "sgd"),
        ("optimiser · learning rate", "0.1"),
        ("flip", "yes"),
        ("teacher", "none"),
    ]
