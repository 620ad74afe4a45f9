"""The page holds all it needs, and nothing that a file name could have put there."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tenfold.datasets.dataset import Dataset, Skipped
from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.data_check.findings import DataCheck, Finding, ProblemKind
from tenfold.evaluation.data_check.page import FINDINGS, as_json, render, write_page
from tenfold.evaluation.data_check.pictures import AllPictures
from tests.tiny import shades

EVIL = "</script><script>alert(1)</script>&\"'<img src=x onerror=alert(2)>"


def made(
    *, classes: tuple[str, ...] = ("cat", "dog"), evil: str = "a.png", count: int = 12
) -> tuple[DataCheck, AllPictures]:
    """A dataset of a few shades, and a finding of every kind of shape."""
    everything = shades(count, classes=2, side=40)
    sources = (evil, *(f"{number}.png" for number in range(1, count)))
    named = LabelledPictures(everything.pictures, everything.labels, classes, sources)
    training, validation, test = (
        named.take(third) for third in np.split(np.arange(count), [count - 4, count - 2])
    )
    data = Dataset("pets", training, validation, test, "f" * 64)
    problems = (
        ProblemKind(
            "leaks", "Copies here and there", "Remove them.", (Finding((count - 1, 0), 1.0, "the same"),)
        ),
        ProblemKind("labels", "Wrong labels", "Look.", (Finding((1,), 0.9, "rather dog", classes[1]),)),
        ProblemKind("dark", "Dark", "No light."),
        ProblemKind("rare", "Rare classes", "Add some.", (Finding((2,), 4.0, "few"),)),
    )
    report = DataCheck(
        evil if evil != "a.png" else "pets", classes, np.array([[4, 4], [1, 1], [1, 1]]), problems,
        (Skipped(f"broken {evil}", "unreadable", "it is damaged"),), ("Checked by hand.",), "f" * 64,
    )  # fmt: skip
    return report, AllPictures(data)


class Elements(HTMLParser):
    """Every element's name and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def facts(page: str) -> dict[str, object]:
    match = re.search(r'<script type="application/json" id="facts">(.*?)</script>', page, re.S)
    assert match
    found: dict[str, object] = json.loads(match[1])
    return found


def test_the_page_loads_nothing_and_allows_nothing_but_itself() -> None:
    page = render(*made(), root=None)
    for _, attributes in Elements(page).found:
        for name in ("src", "href", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#"))
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_names_are_text_whatever_they_are() -> None:
    page = render(*made(classes=("cat", EVIL), evil=EVIL), root=None)
    elements = Elements(page).found
    assert sum(tag == "script" for tag, _ in elements) == 2
    assert not any(name.startswith("on") for _, attributes in elements for name in attributes)
    assert all((a.get("src") or "").startswith("data:image/webp") for tag, a in elements if tag == "img")
    assert facts(page)["classes"] == ["cat", EVIL]


def test_the_page_shows_the_findings_with_what_to_do() -> None:
    page = render(*made(), root=None)
    for text in (
        "Copies here and there", "1 group, 2 pictures", "Remove them.", "the same", "call it", "1.png",
        "Looked for and not found: dark.", "Checked by hand.", "broken a.png", "it is damaged",
    ):  # fmt: skip
        assert text in page, text
    assert page.count("data-remove=") == 3
    assert 'data-relabel="1" data-class="1"' in page


def test_where_the_pictures_are_files_the_page_carries_the_list_of_them(tmp_path: Path) -> None:
    report, pool = made()
    listed = facts(render(report, pool, tmp_path))["manifest"]
    assert isinstance(listed, list)
    assert len(listed) == 12
    assert listed[0] == [(tmp_path.resolve() / "a.png").as_posix(), int(pool.labels[0]), 0]
    assert facts(render(report, pool, None))["manifest"] is None


def test_a_page_of_many_findings_shows_the_worst_and_says_so() -> None:
    report, pool = made(count=200)
    many = ProblemKind("dark", "Dark", "No light.", tuple(Finding((n,), -n) for n in range(150)))
    page = render(DataCheck("pets", report.classes, report.counts, (many,)), pool, None)
    assert page.count("data-remove=") == FINDINGS
    assert "Shown are the 120 worst of 150." in page


def test_a_large_group_shows_some_and_counts_the_rest() -> None:
    report, pool = made(count=40)
    group = ProblemKind("near", "Near", "Keep one.", (Finding(tuple(range(30)), 0.9, "alike"),))
    page = render(DataCheck("pets", report.classes, report.counts, (group,)), pool, None)
    assert page.count("data-remove=") == 12
    assert "alike; 18 more not shown" in page


def test_nothing_found_is_said() -> None:
    report, pool = made()
    page = render(
        DataCheck("pets", report.classes, report.counts, (ProblemKind("dark", "Dark", ""),)), pool, None
    )
    assert "Nothing was found." in page


def test_json_has_every_finding(tmp_path: Path) -> None:
    report, pool = made()
    plain = json.loads(json.dumps(as_json(report, pool)))
    assert plain["problems"]["leaks"] == [
        {
            "score": 1.0,
            "note": "the same",
            "pictures": [
                {"source": "11.png", "label": pool.classes[pool.labels[11]], "part": "test"},
                {"source": "a.png", "label": pool.classes[pool.labels[0]], "part": "training"},
            ],
        }
    ]
    assert plain["problems"]["labels"][0]["suggestion"] == "dog"
    assert plain["problems"]["dark"] == []
    assert plain["counts"]["validation"] == {"cat": 1, "dog": 1}
    assert plain["skipped"] == [{"source": "broken a.png", "reason": "it is damaged"}]


def test_a_page_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    report, pool = made()
    write_page(tmp_path / "new" / "page.html", report, pool, None)
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("skipped", [(), (Skipped("a", "unreadable"),)])
def test_a_report_knows_whether_anything_was_found(skipped: tuple[Skipped, ...]) -> None:
    report = DataCheck(
        "pets", ("a",), np.zeros((3, 1), dtype=np.int64), (ProblemKind("dark", "Dark", ""),), skipped
    )
    assert report.has_problems == bool(skipped)
