"""Section: how well novelty separates known pictures from others, and what its threshold costs."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.evaluation.evaluate import model_outputs
from tenfold.evaluation.out_of_distribution import OutOfDistribution
from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import Chart
from tenfold.evaluation.report.section import EvaluatedModel, Section

BARS = 40

Floats = NDArray[np.floating]


def section(evaluated: EvaluatedModel, kinds: Sequence[OutOfDistribution]) -> Section:
    """ROC, AUROC and costs for each kind of out-of-distribution pictures and all together."""
    threshold, known = evaluated.classifier.info.threshold, evaluated.found.novelty
    each = [(kind, model_outputs(evaluated.classifier, kind.pictures).novelty) for kind in kinds]
    everyone = np.concatenate([novelty for _, novelty in each])
    rows = [_row(kind.kind, kind.what, known, novelty, threshold) for kind, novelty in each]
    whole = _row("all together", "", known, everyone, threshold)
    refused = metrics.share(int((known > threshold).sum()), len(known))
    return Section(
        "none_of_these",
        "None of these",
        facts={
            "none_of_these": {
                "threshold": threshold,
                "chosen_to_keep": evaluated.classifier.info.known_rate,
                "known_refused": _share(refused),
                "out_of_distribution": [row | {"caught": _share(row["caught"])} for row in [*rows, whole]],
            }
        },
        shown={
            "rows": [*rows, whole] if len(rows) > 1 else rows,
            "whole": whole,
            "refused": refused,
            "kept_share": evaluated.classifier.info.known_rate,
            "threshold": threshold,
            "charts": [
                _curve(known, everyone, refused.value, whole),
                _histogram(known, everyone, threshold),
            ],
        },
    )


def _row(kind: str, what: str, known: Floats, novelty: Floats, threshold: float) -> dict[str, Any]:
    caught = metrics.share(int((novelty > threshold).sum()), len(novelty))
    return {"kind": kind, "what": what, "auroc": metrics.auroc(known, novelty), "caught": caught}


def _share(share: metrics.Share) -> dict[str, float]:
    return {"value": share.value, "low": share.low, "high": share.high, "n": share.n}


def _curve(known: Floats, unknown: Floats, refused: float, whole: dict[str, Any]) -> Chart:
    caught = whole["caught"].value
    said = f"refuses {refused:.1%} of the known pictures and catches {caught:.1%} of the others"
    chart = Chart(
        "ROC of novelty",
        f"AUROC {whole['auroc']:.3f}. The threshold {said}.",
        axes.shares("known pictures refused"),
        axes.shares("out-of-distribution pictures caught"),
    )
    chart.line([(0, 0), (1, 1)], "ideal", "by chance")
    false_alarms, found = metrics.roc(known, unknown)
    chart.line(list(zip(false_alarms, found, strict=True)), "first", f"AUROC {whole['auroc']:.3f}")
    chart.dots([(refused, caught)], "chosen", [f"The threshold {said}."], [5.0])
    # Below the point: above it lies the curve.
    chart.note(refused + 0.04, max(caught - 0.07, 0.03), "the threshold")
    return chart


def _histogram(known: Floats, unknown: Floats, threshold: float) -> Chart:
    both = np.concatenate([known, unknown])
    # The far end of a long tail is gathered in the last bar.
    low, high = float(both.min()), float(np.quantile(both, 0.998))
    edges = np.linspace(low, max(high, low + 1e-6), BARS + 1)
    parts = {
        name: np.histogram(np.minimum(values, edges[-1]), edges)[0] / len(values)
        for name, values in (("known pictures", known), ("out-of-distribution pictures", unknown))
    }
    most = max(float(p.max()) for p in parts.values())
    chart = Chart(
        "Novelty",
        f"The threshold is {threshold:.3g}.",
        axes.linear("novelty", low, float(edges[-1]), exact=True),
        axes.linear("share of each", 0, most, axes.percent),
    )
    for (name, values), style in zip(parts.items(), ("first", "second"), strict=True):
        chart.bars(list(zip(edges[:-1], edges[1:], values, strict=True)), f"{style} seen-through", name)
    tips = [
        f"novelty {a:.3g} to {b:.3g}: {k:.1%} of the known pictures, {s:.1%} of the others"
        for a, b, k, s in zip(edges[:-1], edges[1:], *parts.values(), strict=True)
    ]
    chart.columns(list(pairwise(edges)), tips)
    chart.upright(threshold, "threshold")
    return chart
