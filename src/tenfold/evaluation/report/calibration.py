"""Section: whether confidence means what it says, before and after temperature."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.errors import counted
from tenfold.evaluation.calibration import uncalibrated
from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import Chart
from tenfold.evaluation.report.section import EvaluatedModel, Section
from tenfold.metrics import ConfidenceBin

BINS = 15
BARS = 20


def section(evaluated: EvaluatedModel) -> Section:
    """The reliability diagram, the calibration error before and after, and how confidence is spread."""
    labels, after = evaluated.data.labels, evaluated.found.probabilities
    temperature = evaluated.classifier.info.temperature
    before = uncalibrated(after, temperature)
    points = {
        "before": metrics.reliability(labels, before, BINS),
        "after": metrics.reliability(labels, after, BINS),
    }
    errors = {
        "before": metrics.calibration_error(labels, before, BINS),
        "after": metrics.calibration_error(labels, after, BINS),
    }
    entropy = {
        "before": metrics.cross_entropy(labels, before),
        "after": metrics.cross_entropy(labels, after),
    }
    return Section(
        "calibration",
        "Calibration",
        facts={
            "calibration": {
                "temperature": temperature,
                "error": errors,
                "cross_entropy": entropy,
                "bins": {name: [asdict(one) for one in found] for name, found in points.items()},
            }
        },
        shown={
            "temperature": temperature,
            "errors": errors,
            "entropy": entropy,
            "points": points["after"],
            "charts": [
                _diagram(points, errors),
                _histogram(evaluated.found.confidence, evaluated.found.predicted == labels),
            ],
        },
    )


def _diagram(points: dict[str, list[ConfidenceBin]], errors: dict[str, float]) -> Chart:
    chart = Chart(
        "Reliability",
        f"Calibration error {errors['before']:.1%} before temperature and {errors['after']:.1%} after.",
        axes.shares("confidence"),
        axes.shares("accuracy"),
    )
    chart.line([(0, 0), (1, 1)], "ideal", "as sure as right")
    for which, style in (("before", "second"), ("after", "first")):
        found = points[which]
        chart.line([(p.confidence, p.accuracy) for p in found], style, f"{which} temperature")
        # A bin of few pictures has a small dot: it says little.
        sizes = [1.6 + 1.1 * math.log10(p.n) for p in found]
        chart.dots([(p.confidence, p.accuracy) for p in found], style, _tips(found, which), sizes)
    return chart


def _tips(points: Sequence[ConfidenceBin], which: str) -> list[str]:
    return [
        f"{which} temperature: {counted(p.n, 'picture')} from {p.low:.0%} to {p.high:.0%} sure: "
        f"mean {p.confidence:.1%}, right {p.accuracy:.1%}"
        for p in points
    ]


def _histogram(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> Chart:
    edges = np.linspace(0, 1, BARS + 1)
    counts = {
        name: np.histogram(confidence[which], edges)[0]
        for name, which in (("right", right), ("wrong", ~right))
    }
    most = max(int(c.max()) for c in counts.values())
    chart = Chart(
        "How sure it is",
        f"{int((confidence > 0.95).sum()):,} of {counted(len(confidence), 'picture')} are above 95 %.",
        axes.shares("confidence"),
        axes.logarithmic("pictures, logarithmic", most),
    )
    for name, style, part in (("right", "first", (0.0, 0.5)), ("wrong", "second", (0.5, 1.0))):
        spans = zip(edges[:-1], edges[1:], counts[name], strict=True)
        chart.bars([(a, b, n) for a, b, n in spans if n], style, f"{name} answers", part)
    tips = [
        f"{a:.0%} to {b:.0%} sure: {r:,} right, {w:,} wrong"
        for a, b, r, w in zip(edges[:-1], edges[1:], counts["right"], counts["wrong"], strict=True)
    ]
    chart.columns(list(pairwise(edges)), tips)
    return chart
