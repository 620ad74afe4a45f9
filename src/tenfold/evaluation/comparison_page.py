"""The comparison as one HTML page that needs nothing else. Measures nothing.

Its templates lie beside the report's, whose style, script and charts it uses.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tenfold.evaluation import html
from tenfold.evaluation.compare_models import Compared, figures
from tenfold.evaluation.comparison import Comparison, Difference
from tenfold.evaluation.report import axes, page, pictures
from tenfold.evaluation.report.axes import Axis
from tenfold.evaluation.report.charts import Chart
from tenfold.evaluation.report.curves import Figure, runs_chart
from tenfold.evaluation.significance import chance
from tenfold.runs.run import Run

CURVES: dict[Figure, str] = {
    "validation_accuracy": "Accuracy on validation pictures",
    "validation_loss": "Loss on validation pictures",
    "validation_precision": "Precision on validation pictures",
    "validation_recall": "Recall on validation pictures",
    "accuracy": "Accuracy on training pictures",
    "loss": "Loss on training pictures",
}
MOST_PICTURES, MOST_PAIRS_OF_PICTURES, MOST_IN_CHART = 12, 12, 8
_LARGEST = 96
# How far a label stands above its interval, as a share of the chart's height.
_LABEL_ABOVE = 0.05


def write(path: Path, compared: Sequence[Compared], found: Comparison | None, data: str, split: str) -> None:
    """Write the page.

    Args:
        found: the comparison of the models, or None where only curves can be compared.
        data, split: what the data are called, and which part of them was used.

    Raises:
        UsageError: it cannot be written.
    """
    html.write(path, render(compared, found, data, split), "The page")


def render(compared: Sequence[Compared], found: Comparison | None, data: str, split: str) -> str:
    """The page as text; see `write`."""
    environment = page.environment()
    environment.filters["chance"] = chance
    now = datetime.now(UTC)
    differences = found.differences if found else []
    names = [one.name for one in compared]
    runs = {one.name: one.run for one in compared if one.run and one.run.epochs}
    rows = [
        (name, [value.replace("%", f"{page.NO_BREAK}%") for value in row])
        for name, row in figures(compared, found)
    ]
    return environment.get_template("comparison.html").render(
        subject={"names": names, "data": data, "split": split},
        created=now.isoformat(timespec="seconds"),
        day=f"{now:%-d %B %Y}",
        figures=rows,
        found=found,
        differences=differences,
        # One alone needs no chart: its sentence says it.
        intervals=[interval_chart(differences)] if 1 < len(differences) <= MOST_IN_CHART else [],
        curves=curve_charts(names, runs),
        runs=list(runs),
        classes=_classes(found),
        pairs=_pairs(found),
        **html.inlined(environment, ["report.css", "charts.css", "comparison.css"], "report.js"),
    )


def interval_chart(differences: Sequence[Difference]) -> Chart:
    """Each difference in points with its interval, the first at the top."""
    reach = 100 * max(0.001, *(max(abs(one.low), abs(one.high)) for one in differences))
    chart = Chart(
        "Differences in accuracy",
        ". ".join(one.sentence for one in differences),
        axes.linear("difference in points, with its 95 % interval", -reach, reach),
        Axis("", 0.0, len(differences), ()),
    )
    chart.upright(0.0, "equal")
    for place, one in enumerate(differences):
        y = len(differences) - place - 0.6
        chart.line([(100 * one.low, y), (100 * one.high, y)], "m1")
        chart.dots([(100 * one.value, y)], "first", [one.sentence])
        chart.note(chart.x.low, y + _LABEL_ABOVE * len(differences), f"{one.second} against {one.first}")
    return chart


def curve_charts(names: Sequence[str], runs: Mapping[str, Run]) -> list[Chart]:
    """The runs' curves laid together, a chart for each figure that any of them kept."""
    ordered = {name: runs[name] for name in names if name in runs}
    charts = (runs_chart(ordered, figure, title=title) for figure, title in CURVES.items())
    return [chart for chart in charts if chart]


def _classes(found: Comparison | None) -> list[dict[str, Any]]:
    """Each class's recall for every model; for two models the difference with its interval too."""
    if found is None:
        return []
    rows = []
    two = {one.label: one for one in found.by_class(*found.names)} if len(found.names) == 2 else {}
    for label in found.data.classes:
        scores = [found.evaluations[name].classes[label] for name in found.names]
        if scores[0].support:
            recalls = [one.recall for one in scores]
            rows.append(
                {
                    "label": label,
                    "pictures": scores[0].support,
                    "recalls": recalls,
                    "spread": max(recalls) - min(recalls),
                    "difference": two.get(label),
                }
            )
    return rows


def _pairs(found: Comparison | None) -> list[dict[str, Any]]:
    """For each ordered pair of models: pictures that one gets right and the other wrong."""
    if found is None:
        return []
    ordered = [pair for a, b in combinations(found.names, 2) for pair in ((a, b), (b, a))]
    return [
        {
            "right": right,
            "wrong": wrong,
            "count": len(which := found.only(right, wrong)),
            "pictures": [_picture(found, int(i), right, wrong) for i in which[:MOST_PICTURES]],
        }
        for right, wrong in ordered[:MOST_PAIRS_OF_PICTURES]
    ]


def _picture(found: Comparison, index: int, right: str, wrong: str) -> dict[str, Any]:
    data = found.data
    small = pictures.small(np.ascontiguousarray(data.pictures[index]), _LARGEST)
    said = found.found[wrong]
    return {
        "uri": pictures.uri(Image.fromarray(small)),
        "true": data.classes[int(data.labels[index])],
        "sure": float(found.found[right].confidence[index]),
        "called": data.classes[int(said.predicted[index])],
        "confidence": float(said.confidence[index]),
        "source": data.sources[index] if data.sources else f"picture {index:,}",
    }
