"""Charts: well-formed SVG whose parts lie where their values are, and whose words cannot break out."""

from xml.etree import ElementTree

import pytest

from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart


def chart() -> Chart:
    return Chart("Title", "What it says.", axes.shares("x"), axes.shares("y"))


def parts(drawn: Chart, tag: str, style: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(drawn.svg())
    return [one for one in root.iter(tag) if style in (one.get("class") or "").split()]


def test_a_line_goes_through_its_points() -> None:
    drawn = chart()
    drawn.line([(0, 0), (1, 1)], "first", "seen")
    (line,) = parts(drawn, "polyline", "first")
    assert line.get("points") == f"{LEFT:.1f},{HEIGHT - BOTTOM:.1f} {WIDTH - RIGHT:.1f},{TOP:.1f}"
    assert [(key.style, key.name, key.drawn) for key in drawn.legend] == [("first", "seen", "line")]


def test_a_bar_stands_on_the_axis_with_its_height() -> None:
    drawn = chart()
    drawn.bars([(0, 0.5, 0.5), (0.5, 1, 0)], "first", "half")
    (bar,) = parts(drawn, "rect", "bar")
    assert float(bar.get("height", "0")) == pytest.approx((HEIGHT - TOP - BOTTOM) / 2, abs=0.1)
    assert float(bar.get("y", "0")) + float(bar.get("height", "0")) == pytest.approx(HEIGHT - BOTTOM, abs=0.1)


def test_two_series_of_bars_stand_side_by_side() -> None:
    drawn = chart()
    drawn.bars([(0, 1, 1)], "first", part=(0, 0.5))
    drawn.bars([(0, 1, 1)], "second", part=(0.5, 1))
    (one,), (two,) = parts(drawn, "rect", "first"), parts(drawn, "rect", "second")
    assert float(one.get("x", "0")) + float(one.get("width", "0")) <= float(two.get("x", "0"))


def test_it_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ElementTree.fromstring(chart().svg())
    assert (root.get("role"), root.get("aria-label")) == ("img", "Title. What it says.")
    words = [one.text for one in root.iter("text")]
    assert {"x", "y", "0 %", "100 %"} <= set(words)


def test_words_from_data_stay_words() -> None:
    evil = '"><script>alert(1)</script>'
    drawn = Chart(evil, evil, axes.shares(evil), axes.shares("y"))
    drawn.dots([(0.5, 0.5)], "first", [evil])
    drawn.note(0.5, 0.5, evil)
    drawn.upright(0.9, evil)
    root = ElementTree.fromstring(drawn.svg())
    assert not list(root.iter("script"))
    assert [one.get("data-tip") for one in root.iter() if one.get("data-tip")] == [evil]
