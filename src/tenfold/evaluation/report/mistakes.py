"""Section: the most confident mistakes, with the evidence that was seen."""

from typing import Any

import numpy as np
from PIL import Image

from tenfold.evaluation.report import pictures
from tenfold.evaluation.report.section import EvaluatedModel, Section
from tenfold.inference.explain import overlay

MOST = 24
SIDE = 96


def section(evaluated: EvaluatedModel) -> Section:
    """The wrong answers with the highest confidence, the surest first."""
    wrong = np.flatnonzero(evaluated.found.predicted != evaluated.data.labels)
    order = np.argsort(-evaluated.found.confidence[wrong], kind="stable")
    chosen = [int(i) for i in wrong[order][:MOST]]
    found = [_mistake(evaluated, index) for index in chosen]
    drawn = [_drawn(evaluated, index) for index in chosen]
    return Section(
        "mistakes",
        "Most confident mistakes",
        facts={"most_confident_mistakes": found},
        shown={
            "mistakes": [{**one, **pair} for one, pair in zip(found, drawn, strict=True)],
            "wrong": len(wrong),
            "places": bool(drawn and drawn[0]["evidence"]),
        },
    )


def _mistake(evaluated: EvaluatedModel, index: int) -> dict[str, Any]:
    labels, probabilities = evaluated.data.classes, evaluated.found.probabilities[index]
    true, called = int(evaluated.data.labels[index]), int(probabilities.argmax())
    return {
        "source": evaluated.source(index),
        "true": labels[true],
        "called": labels[called],
        "confidence": round(float(probabilities[called]), 4),
        "confidence_of_true": round(float(probabilities[true]), 4),
    }


def _drawn(evaluated: EvaluatedModel, index: int) -> dict[str, str | None]:
    """The picture, and the picture with the evidence for what it was called, where the network has any."""
    picture = np.ascontiguousarray(evaluated.data.pictures[index])
    smooth = Image.Resampling.LANCZOS if picture.shape[0] > SIDE else Image.Resampling.NEAREST
    shown = np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), smooth))
    answer = evaluated.classifier.classify(picture)
    evidence = None if answer.evidence is None else overlay(shown, answer)
    return {
        "picture": pictures.uri(Image.fromarray(pictures.small(picture))),
        "evidence": None if evidence is None else pictures.uri(evidence),
    }
