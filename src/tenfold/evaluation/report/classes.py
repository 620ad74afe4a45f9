"""Section: the scores of each class and their averages."""

from dataclasses import asdict
from typing import Any

from tenfold.evaluation.report.section import EvaluatedModel, Section


def section(evaluated: EvaluatedModel) -> Section:
    """Precision, recall, F1, pictures, and what each class is most often mistaken for."""
    result, matrix = evaluated.result, evaluated.result.confusion
    labels = list(result.classes)
    rows: list[dict[str, Any]] = []
    for k, (label, scores) in enumerate(result.classes.items()):
        wrong = matrix[k].copy()
        wrong[k] = 0
        most = int(wrong.argmax())
        instead = {"name": labels[most], "count": int(wrong[most])} if wrong[most] else None
        rows.append({"label": label, "scores": scores, "instead": instead})
    averages = {"macro": result.macro, "weighted": result.weighted}
    return Section(
        "classes",
        "Each class",
        facts={
            "classes": {label: asdict(scores) for label, scores in result.classes.items()},
            "averages": {name: asdict(scores) for name, scores in averages.items()},
        },
        shown={"rows": rows, "averages": averages},
    )
