"""Section: how much accuracy is left on corrupted pictures."""

from typing import Any

from tenfold.evaluation.corruptions import CORRUPTIONS
from tenfold.evaluation.report.section import Section
from tenfold.evaluation.robustness import Robustness

LEVELS = 6


def section(found: Robustness) -> Section:
    """Accuracy under each corruption and severity as a table whose colour is the share of what was clean."""
    severities = sorted(next(iter(found.scores.values())))
    known = {one.name: one for one in CORRUPTIONS}
    rows = [
        {
            "title": known[name].title,
            "family": known[name].family,
            "cells": [_cell(by_severity[severity].value, found.clean.value) for severity in severities],
            "mean": _cell(found.of_type(name), found.clean.value),
        }
        for name, by_severity in found.scores.items()
    ]
    return Section(
        "robustness",
        "Robustness",
        facts={"robustness": found.summary()},
        shown={
            "severities": severities,
            "rows": rows,
            "means": [_cell(found.of_severity(severity), found.clean.value) for severity in severities],
            "mean": found.mean,
            "clean": found.clean,
        },
    )


def _cell(accuracy: float, clean: float) -> dict[str, Any]:
    kept = min(accuracy / clean, 1.0) if clean else 0.0
    return {"accuracy": accuracy, "level": round(kept * LEVELS)}
