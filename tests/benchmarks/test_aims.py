"""Aims beside what was measured: figures are read from results, compared on their side, and on the page."""

import json
from pathlib import Path

import pytest

from benchmarks import aims
from benchmarks.aims import Aim, Measured
from tenfold.modelfile import BUNDLED


def figure(value: float) -> Measured:
    return Measured(value, f"{value}", "10", "script.py")


def results(folder: Path, **row: str) -> None:
    rows = [{"what": "small-two: right", "value": "1%", "n": "1", "peer": ""}, row]
    (folder / "some.json").write_text(json.dumps({"rows": rows}))


@pytest.mark.parametrize(
    ("value", "at_most", "expected"),
    [
        (95.0, False, "reached"),
        (94.9, False, "**not reached**"),
        (95.0, True, "reached"),
        (95.1, True, "**not reached**"),
    ],
)
def test_an_aim_is_reached_at_its_limit_and_on_its_side(value: float, at_most: bool, expected: str) -> None:
    assert Aim("right", 95, lambda model: None, at_most=at_most).verdict(figure(value)) == expected


def test_what_was_not_measured_is_said_to_be_so(tmp_path: Path) -> None:
    results(tmp_path, what="other: right", value="1%", n="1", peer="")
    found = aims.result("some", "MODEL: right", folder=tmp_path)("small")
    assert found is None
    assert Aim("right", 95, lambda model: None).verdict(found) == "not measured"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("98.0% (93.0% to 99.4%)", 98.0),
        ("bird, 9 of 10: 90.0% (59.6% to 98.2%)", 90.0),
        ("1.23 (1.2 to 1.3)", 1.23),
    ],
)
def test_a_figure_of_a_model_is_read_from_its_row(tmp_path: Path, value: str, expected: float) -> None:
    results(tmp_path, what="small: right, all", value=value, n="100", peer="AUROC 0.997 (0.99 to 1)")
    found = aims.result("some", "MODEL: right", folder=tmp_path)("small")
    assert found == Measured(expected, value, "100", "benchmarks/some.py")
    beside = aims.result("some", "MODEL: right", "AUROC", folder=tmp_path)("small")
    assert beside is not None
    assert (beside.value, beside.said) == (0.997, "0.997 (0.99 to 1)")


def test_every_aim_of_a_bundled_model_was_measured() -> None:
    for name in BUNDLED:
        for aim in aims.OF.get(name, ()):
            assert aim.source(name) is not None, (name, aim.what)


def test_the_page_is_as_the_script_writes_it() -> None:
    page = aims.PAGE.read_text(encoding="utf-8")
    assert aims.content(page) == page, "run: python -m benchmarks.aims"
