"""Accuracy on corrupted pictures: of which pictures, of what, and with which intervals."""

import json

import numpy as np
import pytest

from tenfold import metrics
from tenfold.errors import UsageError
from tenfold.evaluation.corruptions import corrupt
from tenfold.evaluation.robustness import NAMES, _mean, robustness
from tenfold.inference import Classifier
from tests import tiny

DATA = tiny.shades(60)


@pytest.fixture(scope="module")
def tiny_model() -> Classifier:
    return Classifier(tiny.MODEL, threads=1)


def test_each_figure_is_that_of_the_corrupted_pictures(tiny_model: Classifier) -> None:
    found = robustness(tiny_model, DATA, types=["contrast", "fog"], severities=[5, 1], seed=3)
    assert list(found.scores) == ["contrast", "fog"]
    for name, by_severity in found.scores.items():
        assert list(by_severity) == [1, 5]
        for severity, share in by_severity.items():
            predicted = tiny_model.raw(corrupt(DATA.pictures, name, severity, 3))[0].argmax(axis=1)
            assert share == metrics.accuracy(DATA.labels, predicted)
    assert found.clean == metrics.accuracy(DATA.labels, tiny_model.raw(DATA.pictures)[0].argmax(axis=1))
    each = [share.value for by_severity in found.scores.values() for share in by_severity.values()]
    assert found.mean.value == pytest.approx(np.mean(each))
    assert found.mean.n == 60
    assert found.of_type("fog") == pytest.approx(np.mean(each[2:]))
    assert found.of_severity(5) == pytest.approx((each[1] + each[3]) / 2)


def test_all_fifteen_at_five_severities_are_judged_by_default(tiny_model: Classifier) -> None:
    seen: list[tuple[int, int]] = []
    found = robustness(tiny_model, DATA, pictures=4, progress=lambda done, total: seen.append((done, total)))
    assert tuple(found.scores) == NAMES
    assert all(list(by_severity) == [1, 2, 3, 4, 5] for by_severity in found.scores.values())
    assert seen == [(done, 75) for done in range(76)]
    assert found.clean.n == found.mean.n == 4


def test_the_summary_is_plain_json(tiny_model: Classifier) -> None:
    found = robustness(tiny_model, DATA, types=["snow"], severities=[2])
    summary = json.loads(json.dumps(found.summary()))
    assert summary["pictures"] == 60
    assert summary["clean_accuracy"] == round(found.clean.value, 4)
    assert summary["mean_accuracy_low"] <= summary["mean_accuracy"] <= summary["mean_accuracy_high"]
    assert summary["corruptions"] == [
        {
            "name": "snow",
            "severity": 2,
            "accuracy": round(found.scores["snow"][2].value, 4),
            "accuracy_low": round(found.scores["snow"][2].low, 4),
            "accuracy_high": round(found.scores["snow"][2].high, 4),
        }
    ]


def test_the_interval_of_the_mean_comes_from_the_spread_over_pictures() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        # Half of the pictures are hard: the 75 answers to one of them are anything but independent.
        shares = rng.binomial(75, np.where(rng.random(200) < 0.5, 0.95, 0.3)) / 75
        share = _mean(shares)
        covered += share.low <= 0.625 <= share.high
    assert 270 <= covered <= 297
    alone = _mean(np.array([0.4]))
    assert (alone.low, alone.high) == (0.0, 1.0)


def test_what_cannot_be_asked_for_is_refused_before_anything_is_classified(tiny_model: Classifier) -> None:
    with pytest.raises(UsageError, match="The corruption 'rain' is not known"):
        robustness(
            tiny_model, DATA, types=["fog", "rain"], progress=lambda done, total: pytest.fail("started")
        )
    with pytest.raises(UsageError, match=r"needs pictures, corruptions and severities \(0 pictures"):
        robustness(tiny_model, DATA, pictures=0)
    with pytest.raises(UsageError, match="0 corruptions"):
        robustness(tiny_model, DATA, types=[])
