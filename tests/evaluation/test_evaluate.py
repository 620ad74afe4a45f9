"""A model file evaluated on labelled pictures, and pictures that do not fit it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tenfold import images, metrics
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.evaluation.evaluate import BATCH, evaluate, model_outputs
from tenfold.inference import Classifier
from tests import tiny

DATA = tiny.shades(60)


@pytest.fixture(scope="module")
def tiny_model() -> Classifier:
    return Classifier(tiny.MODEL, threads=1)


def test_the_figures_are_those_of_the_models_answers(tiny_model: Classifier) -> None:
    found = evaluate(tiny_model, DATA)
    probabilities, _, _, novelty = tiny_model.raw(DATA.pictures)
    predicted = probabilities.argmax(axis=1)
    assert found.accuracy == metrics.accuracy(DATA.labels, predicted)
    assert found.accuracy.n == 60
    assert found.cross_entropy == metrics.cross_entropy(DATA.labels, probabilities)
    assert found.calibration_error == metrics.calibration_error(DATA.labels, probabilities)
    assert found.kept.value == np.mean(novelty <= tiny_model.info.threshold)
    assert found.confusion.sum() == 60
    assert np.trace(found.confusion) == (predicted == DATA.labels).sum()
    assert tuple(found.classes) == DATA.classes
    assert [scores.support for scores in found.classes.values()] == [6] * 10


def test_the_summary_is_plain_json_with_four_digits(tiny_model: Classifier) -> None:
    found = evaluate(tiny_model, DATA)
    summary = json.loads(json.dumps(found.summary()))
    assert list(summary) == [
        "accuracy",
        "accuracy_low",
        "accuracy_high",
        "pictures",
        "calibration_error",
        "cross_entropy",
        "kept",
    ]
    assert summary["pictures"] == 60
    assert summary["accuracy"] == pytest.approx(found.accuracy.value, abs=5e-5)
    assert summary["accuracy_low"] <= summary["accuracy"] <= summary["accuracy_high"]


def test_pictures_of_other_classes_are_refused(tiny_model: Classifier) -> None:
    cats = LabelledPictures(DATA.pictures, DATA.labels % 2, ("cat", "dog"))
    with pytest.raises(DatasetError) as caught:
        evaluate(tiny_model, cats)
    assert str(caught.value) == (
        "These pictures do not fit this model (pictures of cat, dog). "
        "The model knows airplane, automobile, bird, cat, deer, dog, frog, horse, ship, "
        "truck."
    )


def test_classes_in_another_order_are_other_classes(tiny_model: Classifier) -> None:
    with pytest.raises(DatasetError, match="These pictures do not fit this model"):
        evaluate(tiny_model, replace(DATA, classes=DATA.classes[::-1]))


def test_pictures_of_another_size_are_resized_by_the_file_s_own_rule(tiny_model: Classifier) -> None:
    wide = np.random.default_rng(1).integers(0, 256, (5, 48, 80, 3), dtype=np.uint8)
    resized = np.stack([images.resize(one, 32, tiny_model.info.resize) for one in wide])
    found = model_outputs(tiny_model, wide)
    assert np.array_equal(found.probabilities, tiny_model.raw(resized)[0])


def test_a_thousand_classes_are_not_all_named(tiny_model: Classifier) -> None:
    many = LabelledPictures(DATA.pictures, DATA.labels, tuple(f"class {k}" for k in range(1000)))
    with pytest.raises(
        DatasetError, match=r"of class 0, class 1, .*, class 9 and 990 more\)\. The model knows"
    ):
        evaluate(tiny_model, many)


def test_no_pictures_are_refused(tiny_model: Classifier) -> None:
    with pytest.raises(DatasetError, match=r"The data hold no picture to evaluate on\. Name another part"):
        evaluate(tiny_model, DATA.take(np.zeros(0, np.int64)))


def test_answers_of_many_lots_are_those_of_one_run_and_say_how_far_they_are(tiny_model: Classifier) -> None:
    data, told = tiny.shades(BATCH + 30), []
    found = model_outputs(tiny_model, data.pictures, lambda done, total: told.append((done, total)))
    probabilities, _, _, novelty = tiny_model.raw(data.pictures)
    np.testing.assert_allclose(found.probabilities, probabilities, atol=1e-6)
    np.testing.assert_allclose(found.novelty, novelty, atol=1e-6)
    assert np.array_equal(found.predicted, probabilities.argmax(axis=1))
    assert told == [(BATCH, BATCH + 30), (BATCH + 30, BATCH + 30)]
    assert found.seconds > 0


def test_the_five_best_count_where_there_are_more_classes(tiny_model: Classifier) -> None:
    found = evaluate(tiny_model, DATA)
    assert found.top5 is not None
    assert found.accuracy.value <= found.top5.value <= 1
    assert found.macro.support == found.weighted.support == 60
    assert found.weighted.recall == pytest.approx(found.accuracy.value)
