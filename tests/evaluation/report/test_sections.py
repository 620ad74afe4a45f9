"""The sections of figures: classes, mistakes, calibration, none of these, speed, robustness."""

import json

import numpy as np
import pytest

from tenfold import metrics
from tenfold.evaluation import out_of_distribution
from tenfold.evaluation.calibration import uncalibrated
from tenfold.evaluation.report import calibration, classes, mistakes, none_of_these, robustness, speed
from tenfold.evaluation.report.section import EvaluatedModel
from tenfold.evaluation.robustness import Robustness
from tenfold.metrics import share


def test_each_class_says_what_it_is_most_often_mistaken_for(evaluated: EvaluatedModel) -> None:
    rows = classes.section(evaluated).shown["rows"]
    matrix = evaluated.result.confusion
    for k, row in enumerate(rows):
        wrong = matrix[k].copy()
        wrong[k] = 0
        assert (row["instead"] or {"count": 0})["count"] == wrong.max()
        assert row["scores"] == evaluated.result.classes[row["label"]]


def test_mistakes_are_the_most_confident_wrong_answers(evaluated: EvaluatedModel) -> None:
    found = mistakes.section(evaluated)
    wrong = evaluated.found.predicted != evaluated.data.labels
    assert found.shown["wrong"] == wrong.sum() == len(found.shown["mistakes"]) > 0
    sure = [one["confidence"] for one in found.shown["mistakes"]]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == pytest.approx(evaluated.found.confidence[wrong].max(), abs=1e-4)
    for one in found.shown["mistakes"]:
        index = evaluated.data.sources.index(one["source"])
        assert one["true"] == evaluated.data.classes[evaluated.data.labels[index]] != one["called"]
        assert one["picture"] != one["evidence"]
    first, *_ = json.loads(json.dumps(found.facts))["most_confident_mistakes"]
    assert set(first) == {"source", "true", "called", "confidence", "confidence_of_true"}


def test_calibration_is_told_before_and_after_temperature(evaluated: EvaluatedModel) -> None:
    found = calibration.section(evaluated).facts["calibration"]
    labels, after = evaluated.data.labels, evaluated.found.probabilities
    before = uncalibrated(after, evaluated.classifier.info.temperature)
    assert found["temperature"] == 1.25
    assert found["error"] == {
        "before": metrics.calibration_error(labels, before),
        "after": metrics.calibration_error(labels, after),
    }
    assert found["error"]["before"] != found["error"]["after"]
    assert sum(one["n"] for one in found["bins"]["after"]) == len(labels)


def test_the_threshold_says_what_it_costs_and_what_it_catches(evaluated: EvaluatedModel) -> None:
    kinds = out_of_distribution.made_up(evaluated.data, most=20)
    found = none_of_these.section(evaluated, kinds)
    facts = found.facts["none_of_these"]
    threshold = evaluated.classifier.info.threshold
    assert facts["known_refused"]["value"] == np.mean(evaluated.found.novelty > threshold)
    assert [row["kind"] for row in facts["out_of_distribution"]] == [
        "blends",
        "shuffled",
        "details",
        "all together",
    ]
    novelty = evaluated.classifier.raw(kinds[0].pictures)[3]
    assert facts["out_of_distribution"][0]["auroc"] == metrics.auroc(evaluated.found.novelty, novelty)
    assert facts["out_of_distribution"][0]["caught"]["value"] == np.mean(novelty > threshold)
    assert facts["out_of_distribution"][-1]["caught"]["n"] == sum(len(kind.pictures) for kind in kinds)
    roc, histogram = found.shown["charts"]
    assert "The threshold refuses" in roc.summary
    assert "threshold" in histogram.svg()


def test_one_kind_needs_no_total(evaluated: EvaluatedModel) -> None:
    (one, *_) = out_of_distribution.made_up(evaluated.data, most=10)
    assert [row["kind"] for row in none_of_these.section(evaluated, [one]).shown["rows"]] == ["blends"]


def test_speed_is_measured_and_says_on_how_many_calls(evaluated: EvaluatedModel) -> None:
    found = speed.section(evaluated).facts["speed"]
    assert found["bytes"] == evaluated.classifier.bytes
    assert (found["parameters"], found["multiply_adds"]) == (0, None)
    assert 0 < found["one_picture"]["p50_ms"] <= found["one_picture"]["p99_ms"]
    assert speed.LEAST_CALLS <= found["one_picture"]["calls"] <= speed.CALLS
    assert found["batch"]["pictures"] == 60
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["processor"]


def test_robustness_is_coloured_by_what_is_left_of_the_clean_accuracy() -> None:
    scores = {"fog": {1: share(8, 10), 5: share(0, 10)}, "contrast": {1: share(9, 10), 5: share(4, 10)}}
    found = robustness.section(Robustness(share(8, 10), scores, share(21, 40), 0))
    fog, contrast = found.shown["rows"]
    assert (fog["title"], fog["family"]) == ("Fog", "weather")
    assert [cell["level"] for cell in fog["cells"]] == [6, 0]
    assert [cell["level"] for cell in contrast["cells"]] == [6, 3]
    assert contrast["mean"]["accuracy"] == pytest.approx(0.65)
    assert found.shown["severities"] == [1, 5]
    assert found.facts["robustness"]["pictures"] == 10
