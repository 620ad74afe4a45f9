"""Section: how the network was trained: its curves, its recipe, and where it ran."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tenfold.judging.report import axes
from tenfold.judging.report.charts import Chart
from tenfold.judging.report.run_folder import RunFolder
from tenfold.judging.report.section import Section
from tenfold.modelfile import ModelInfo

FIGURES = (
    ("Loss", "loss", False),
    ("Accuracy", "accuracy", True),
    ("Precision", "precision", True),
    ("Recall", "recall", True),
)


def section(info: ModelInfo, run: RunFolder | None) -> Section:
    """Curves from the run's folder; the recipe from it, or as the model file states it."""
    charts = [] if run is None else [c for c in (_chart(run, *figure) for figure in FIGURES) if c]
    recipe = (run.recipe if run else {}) or info.training
    environment = run.environment if run else {}
    return Section(
        "training",
        "Training",
        facts={
            "training": {
                "run": run.name if run else None,
                "epochs": run.epochs if run else [],
                "recipe": recipe,
                "environment": environment,
                "network": info.network,
            }
        },
        shown={
            "run": run.name if run else None,
            "charts": charts,
            "epochs": _table(run) if run else [],
            "tables": [
                (title, list(flat(facts)))
                for title, facts in (
                    ("Network", info.network),
                    ("Recipe", recipe),
                    ("Environment", environment),
                    ("Data", run.data if run else {}),
                )
                if facts
            ],
        },
    )


def flat(facts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Nested facts as (name, value) for people; a list stands in one line."""
    for key, value in facts.items():
        name = f"{before}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from flat(value, f"{name} · ")
        elif isinstance(value, list | tuple):
            yield name, ", ".join(_one(item) for item in value)
        else:
            yield name, _one(value)


def _one(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{key} {_one(inner)}" for key, inner in value.items()) + ")"
    if isinstance(value, bool | None):
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _chart(run: RunFolder, title: str, figure: str, is_share: bool) -> Chart | None:
    series = {
        "training": dict(run.curve(figure)),
        "validation": dict(run.curve(f"validation_{figure}")),
    }
    values = [value for curve in series.values() for value in curve.values()]
    epochs = sorted({epoch for curve in series.values() for epoch in curve})
    if not values:
        return None
    write = axes.percent if is_share else axes.plain
    low, high = (min(values), max(values)) if is_share else (min(0.0, *values), max(values))
    chart = Chart(
        title,
        "; ".join(f"{name} ends at {_said(curve, is_share)}" for name, curve in series.items() if curve)
        + ".",
        axes.linear("epoch", epochs[0], max(epochs[-1], epochs[0] + 1), exact=True),
        axes.linear(title.lower(), low, min(high, 1.0) if is_share else high, write),
    )
    for (name, curve), style in zip(series.items(), ("second", "first"), strict=True):
        if curve:
            chart.line(sorted(curve.items()), style, name)
    tips = [
        f"epoch {epoch}: "
        + ", ".join(
            f"{name} {_write(curve[epoch], is_share)}" for name, curve in series.items() if epoch in curve
        )
        for epoch in epochs
    ]
    chart.columns([(epoch - 0.5, epoch + 0.5) for epoch in epochs], tips)
    return chart


def _said(curve: Mapping[int, float], is_share: bool) -> str:
    return _write(curve[max(curve)], is_share)


def _write(value: float, is_share: bool) -> str:
    return f"{value:.2%}" if is_share else f"{value:.4f}"


def _table(run: RunFolder) -> list[list[str]]:
    """The figures of all epochs, for those who cannot see the charts: head, then rows."""
    named = [f"{part}{figure}" for _, figure, _ in FIGURES for part in ("", "validation_")]
    there = [name for name in named if run.curve(name)]
    curves = [dict(run.curve(name)) for name in there]
    epochs = sorted({epoch for curve in curves for epoch in curve})
    rows = [[str(e), *(f"{c[e]:.4f}" if e in c else "" for c in curves)] for e in epochs]
    return [["epoch", *(name.replace("_", " ") for name in there)], *rows]
