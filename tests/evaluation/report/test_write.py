"""The report as a whole: one page that needs nothing else, whatever the names, and its figures beside it."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError, UsageError
from tenfold.evaluation.report import WrittenReport, page, write_report
from tenfold.runs.run import Run
from tests.evaluation.report.conftest import ManyColours, colours, numbered
from tests.fakes import FakeClassifier
from tests.paths import ROOT
from tests.runs import run_folders


class Reader(HTMLParser):
    """What a browser would make of a page: its elements, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> WrittenReport:
    path = tmp_path_factory.mktemp("report") / "deep" / "report.html"
    run = Run(ROOT / "benchmarks" / "runs" / "bundled")
    return write_report(path, FakeClassifier(), colours(), name="Colours", run=run, corrupted=2)


@pytest.mark.slow
def test_the_page_loads_nothing_and_runs_only_its_own_script(report: WrittenReport) -> None:
    text = report.page.read_text(encoding="utf-8")
    for tag, attributes in Reader(text).elements:
        for name in ("src", "href", "srcset", "action", "data", "xlink:href"):
            value = attributes.get(name) or ""
            assert not value or value.startswith(("data:image/", "#")), (tag, value)
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert "url(" not in text
    assert "@import" not in text


def test_every_section_is_there_and_in_the_navigation(report: WrittenReport) -> None:
    elements = Reader(report.page.read_text(encoding="utf-8")).elements
    sections = [a["id"] for tag, a in elements if tag == "section"]
    linked = [(a["href"] or "").removeprefix("#") for tag, a in elements if tag == "a"]
    assert sections == [
        "summary", "classes", "confusion", "mistakes", "calibration", "none_of_these", "robustness",
        "training", "speed", "absent",
    ]  # fmt: skip
    assert linked == sections[:-1]


def test_the_figures_beside_the_page_are_those_of_the_evaluation(report: WrittenReport) -> None:
    assert report.figures == report.page.with_name("report.json")
    facts = json.loads(report.figures.read_text())
    assert facts == json.loads(json.dumps(report.facts))
    assert facts.items() >= report.evaluation.summary().items()
    assert facts["data"] == {"name": "Colours", "split": "test", "pictures": 60}
    assert facts["model"]["name"] == "colours"
    assert facts["top5_accuracy"] is None
    assert set(facts) >= {
        "classes", "averages", "confusion", "most_confident_mistakes", "calibration", "none_of_these",
        "robustness", "training", "speed",
    }  # fmt: skip
    assert len(facts["training"]["epochs"]) == 96


def test_the_page_says_the_accuracy_with_its_interval(report: WrittenReport) -> None:
    text = " ".join(Reader(report.page.read_text(encoding="utf-8")).text)
    accuracy = report.evaluation.accuracy
    assert page.percent(accuracy.value, 2) in text
    assert f"95 % interval {page.percent(accuracy.low, 2)} to {page.percent(accuracy.high, 2)}" in text


def test_names_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    evil = ("</script><script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "{{ 7 * 7 }}\x00\x1b[31m")
    data = numbered(evil, 40, wrong=3)
    data = replace(data, sources=tuple(f"</script><b>{number}\udce9'\"" for number in range(40)))
    written = write_report(tmp_path / "evil.html", ManyColours(evil), data, name="<i>data</i>")
    text = written.page.read_bytes().decode("utf-8")
    read = Reader(text)
    assert [tag for tag, _ in read.elements].count("script") == 2
    assert not {"b", "i"} & {tag for tag, _ in read.elements}
    assert "{{ 7 * 7 }}\ufffd\ufffd[31m" in text
    assert "\x00" not in text
    images = {attributes["src"] for tag, attributes in read.elements if tag == "img"}
    assert all(str(source).startswith("data:image/") for source in images)
    json.loads(written.figures.read_text())


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 30, 31, 1000])
def test_any_number_of_classes_has_a_page_of_bounded_size(tmp_path: Path, classes: int) -> None:
    labels = tuple(f"class {k}" for k in range(classes))
    data = numbered(labels, max(300, classes), wrong=3)
    written = write_report(tmp_path / "report.html", ManyColours(labels), data)
    text = written.page.read_text(encoding="utf-8")
    assert ('class="matrix' in text) == (classes <= 30)
    assert ('class="overview' in text) == (classes > 30)
    assert (written.facts["top5_accuracy"] is None) == (classes <= 5)
    assert written.page.stat().st_size < 5_000_000
    assert "add --robustness" in text


def test_a_perfect_classifier_has_a_report_too(tmp_path: Path) -> None:
    labels = ("one", "two")
    written = write_report(tmp_path / "r.html", ManyColours(labels), numbered(labels, 30, wrong=31)
                           .take(np.arange(1, 30)))  # fmt: skip
    assert written.evaluation.accuracy.value == 1
    assert "There are none: every picture was called what it is." in written.page.read_text(encoding="utf-8")


def test_a_class_without_pictures_has_no_scores(tmp_path: Path) -> None:
    labels = ("one", "two", "three")
    data = numbered(labels, 60, wrong=70)
    written = write_report(
        tmp_path / "r.html", ManyColours(labels), data.take(np.flatnonzero(data.labels != 2)[1:])
    )
    assert "no pictures" in written.page.read_text(encoding="utf-8")
    assert written.evaluation.macro.recall == pytest.approx(1.0)


def test_the_run_that_a_model_lies_in_gives_the_curves(tmp_path: Path) -> None:
    classifier = FakeClassifier()
    classifier.path = str(run_folders.make(tmp_path / "one") / "model.onnx")
    written = write_report(tmp_path / "report.html", classifier, colours())
    assert written.facts["training"]["run"] == "one"
    assert "All epochs as a table" in written.page.read_text(encoding="utf-8")


def test_other_classes_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    data = colours()
    cats = LabelledPictures(data.pictures, data.labels, ("cat", "dog", "frog"))
    with pytest.raises(DatasetError, match="These pictures do not fit this model"):
        write_report(tmp_path / "report.html", FakeClassifier(), cats)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        UsageError, match=r"The report .*report\.json cannot be written \(.+\)\. .*, or name another place"
    ):
        write_report(tmp_path / "file" / "report.html", FakeClassifier(), colours())


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.941, "94.1"), (1.0, "100.0"), (0.99999, "> 99.9"), (0.0, "0.0"), (0.00001, "< 0.1")],
)
def test_a_share_that_only_rounds_to_all_or_nothing_says_so(share: float, written: str) -> None:
    assert page.percent(share) == f"{written}\N{NO-BREAK SPACE}%"
