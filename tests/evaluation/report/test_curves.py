"""Charts of training curves: what is drawn of one run and of several, in the page's languages."""

import re
from pathlib import Path

import pytest

from tenfold.evaluation.report.curves import Language, epochs_chart, run_chart, runs_chart
from tenfold.runs.run import Run
from tests.runs import run_folders


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1234.5000"),
        ("uk", "1234,5000"),
        ("ru", "1234,5000"),
    ],
)
def test_numbers_are_written_as_in_the_language(language: Language, said: str) -> None:
    chart = epochs_chart("Loss", "loss", {"one": {1: 1234.5, 2: 1.0}}, ["first"], language)
    assert f"one {said}" in chart.svg()


def test_a_run_of_one_epoch_has_a_line_that_can_be_seen(tmp_path: Path) -> None:
    chart = run_chart(Run(run_folders.make(tmp_path / "one", done=1)), "accuracy")
    assert chart is not None
    for points in re.findall(r'points="([^"]+)"', chart.svg()):
        (left, _), (right, _) = (point.split(",") for point in points.split())
        assert float(left) < float(right)


def test_a_run_keeps_its_style_whatever_the_others_kept(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    runs = {"empty": Run(tmp_path / "empty"), "full": Run(run_folders.make(tmp_path / "full"))}
    chart = runs_chart(runs, "validation_accuracy")
    assert chart is not None
    assert [(key.style, key.name) for key in chart.legend] == [("m2", "full")]
    assert runs_chart({"empty": runs["empty"]}, "loss") is None
