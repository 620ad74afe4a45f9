"""The comparison's page."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tenfold.errors import UsageError
from tenfold.evaluation.compare_models import Compared
from tenfold.evaluation.comparison import Comparison, NamedOutputs, compare
from tenfold.evaluation.comparison_page import curve_charts, interval_chart, render, write
from tenfold.evaluation.evaluate import ModelOutputs
from tenfold.runs.run import Run
from tests import tiny

NAMES = ("plain", "wide <b>")


def compared(names: tuple[str, ...] = NAMES) -> Comparison:
    data = tiny.shades(400, classes=4, side=8)
    several = []
    for place, name in enumerate(names):
        called = data.labels.copy()
        called[: 40 - 15 * place] = (called[: 40 - 15 * place] + 1) % 4
        probabilities = np.full((400, 4), 0.1, dtype=np.float32)
        probabilities[np.arange(400), called] = 0.7
        several.append(NamedOutputs(name, ModelOutputs(probabilities, np.zeros(400, np.float32), 1.0), 0.5))
    return compare(data, several)


def run(folder: Path, name: str, epochs: int) -> Run:
    rows = [{"epoch": e, "loss": 1 / e, "validation_accuracy": 1 - 0.5 / e} for e in range(1, epochs + 1)]
    (folder / name).mkdir()
    (folder / name / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Run(folder / name)


def page_of(found: Comparison | None, **runs: Run) -> str:
    names = found.names if found else tuple(runs)
    compared = [Compared(name, None, runs.get(name)) for name in names]
    return render(compared, found, "own & other", "test")


def test_the_page_says_who_is_better_and_shows_what_they_differ_in() -> None:
    found = compared()
    page = page_of(found)
    assert found.differences[0].better == "wide <b>"
    assert f'<li class="told">{found.differences[0].sentence.replace("<b>", "&lt;b&gt;")}</li>' in page
    assert "own &amp; other" in page
    assert '<td class="number">90.00\u00a0%</td>' in page
    assert "<b>" not in page
    assert "plain right, wide &lt;b&gt; wrong: 0" in page
    assert "wide &lt;b&gt; right, plain wrong: 15" in page
    assert page.count("data:image/webp") == 12, "as many as are shown of 15"
    assert page.count('<tr>\n          <th scope="row"><bdi>class ') == 4
    assert 'id="curves"' not in page


def test_the_page_needs_nothing_else_and_runs_only_its_own_script(tmp_path: Path) -> None:
    page = page_of(compared(), plain=run(tmp_path, "plain", 3))
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in page


def test_curves_of_runs_are_laid_together(tmp_path: Path) -> None:
    charts = curve_charts(NAMES, {"plain": run(tmp_path, "plain", 3), "wide <b>": run(tmp_path, "wide", 5)})
    assert [chart.title for chart in charts] == [
        "Accuracy on validation pictures",
        "Loss on training pictures",
    ]
    assert [key.name for key in charts[0].legend] == list(NAMES)
    svg = str(charts[0].svg())
    assert len(set(re.findall(r'class="line (m\d)"', svg))) == 2
    assert "epoch 2: plain 75.00%, wide &lt;b&gt; 75.00%" in svg
    assert "epoch 5: wide &lt;b&gt; 90.00%" in svg


def test_without_model_files_there_are_curves_alone(tmp_path: Path) -> None:
    page = page_of(None, **{name: run(tmp_path, name, 3) for name in NAMES})
    assert "only their curves are compared" in page
    assert 'id="curves"' in page
    assert 'id="differences"' not in page
    assert 'id="pictures"' not in page


def test_several_models_show_holm_s_correction_and_the_spread_of_each_class() -> None:
    found = compared(("a", "b", "c"))
    page = page_of(found)
    assert "after Holm's correction (1979) for 3 pairs" in page.replace("&#39;", "'")
    assert "by Holm</th>" in page
    assert ">Spread</button>" in page
    assert page.count("<h3>") == 6


def test_the_chart_of_intervals_shows_each_pair() -> None:
    chart = interval_chart(compared(("a", "b", "c")).differences)
    svg = str(chart.svg())
    assert [f"{two} against {one}" in svg for one, two in (("a", "b"), ("a", "c"), ("b", "c"))] == [True] * 3
    assert chart.x.low < 0 < chart.x.high


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"The page .*c\.html cannot be written"):
        write(tmp_path / "file" / "c.html", [Compared("a", None)], None, "x", "test")
