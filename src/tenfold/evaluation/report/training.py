"""Section: how the network was trained: its curves, its recipe, and where it ran."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tenfold.evaluation.report.curves import run_chart
from tenfold.evaluation.report.section import Section
from tenfold.modelfile import ModelInfo
from tenfold.recipes.recipe_file import flat
from tenfold.runs.run import Run

FIGURES = ("loss", "accuracy", "precision", "recall")


def section(info: ModelInfo, run: Run | None) -> Section:
    """Curves from the run's folder; the recipe from it, or as the model file states it."""
    charts = [] if run is None else [c for c in (run_chart(run, figure) for figure in FIGURES) if c]
    recipe = (run.recipe if run else {}) or info.training
    environment = run.environment if run else {}
    return Section(
        "training",
        # Without a run, what the model file says is also of pictures that it was chosen and evaluated on.
        "Training" if run else "How it was made",
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
                (title, list(readable(facts)))
                for title, facts in (
                    ("Network", info.network),
                    ("Recipe" if run else "Recipe and pictures", recipe),
                    ("Environment", environment),
                    ("Data", run.data if run else {}),
                )
                if facts
            ],
        },
    )


def readable(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Nested facts as (name, value) for people; a list is one line."""
    for key, value in flat(facts):
        values = value if isinstance(value, list | tuple) else [value]
        yield key.replace("_", " ").replace(".", " · "), ", ".join(map(_one, values))


def _one(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{key} {_one(inner)}" for key, inner in value.items()) + ")"
    if isinstance(value, bool | None):
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(run: Run) -> list[list[str]]:
    """The figures of all epochs, for those who cannot see the charts: head, then rows."""
    named = [f"{part}{figure}" for figure in FIGURES for part in ("", "validation_")]
    there = [name for name in named if run.points(name)]
    curves = [dict(run.points(name)) for name in there]
    epochs = sorted({epoch for curve in curves for epoch in curve})
    rows = [[str(e), *(f"{c[e]:.4f}" if e in c else "" for c in curves)] for e in epochs]
    return [["epoch", *(name.replace("_", " ") for name in there)], *rows]
