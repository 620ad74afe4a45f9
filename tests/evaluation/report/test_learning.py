"""The section on the learning curve."""

from pathlib import Path

import numpy as np

from tenfold.evaluation.learning_curve import LearningCurve, Point
from tenfold.evaluation.report import learning, write_report
from tests.evaluation.report.conftest import colours
from tests.fakes import FakeClassifier

LABELS = np.repeat(np.arange(2), 200)


def right(first: int, second: int) -> Point:
    found = np.zeros(400, dtype=bool)
    found[:first] = True
    found[200 : 200 + second] = True
    return Point(first + second, found)


CURVE = LearningCurve((right(90, 90), right(120, 130), right(130, 180)), LABELS, ("cat", "<b>dog"), epochs=5)


def test_the_section_tells_the_verdict_the_parts_and_the_classes() -> None:
    found = learning.section(CURVE)
    assert found.facts["learning_curve"] == CURVE.facts()
    (chart,) = found.shown["charts"]
    assert chart.summary == "45.00% on 180 pictures, 77.50% on 310."
    assert [gain.label for gain in found.shown["gains"]] == ["<b>dog", "cat"]


def test_it_stands_on_the_page_with_names_escaped(tmp_path: Path) -> None:
    written = write_report(tmp_path / "report.html", FakeClassifier(), colours(), learning=CURVE)
    text = written.page.read_text(encoding="utf-8")
    assert "Would more pictures help?" in text
    assert "More pictures would help: from 250 to 310 the accuracy rose by +15.0 points" in text
    assert "&lt;b&gt;dog" in text
    assert "<b>dog" not in text
    assert written.facts["learning_curve"]["epochs"] == 5
