"""The model that comes with tenfold: small, whole, named in three languages, and as good as it says."""

import numpy as np
import pytest

from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.cifar10 import NAMES
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo
from tests.paths import SHARED

SMALLEST_ACCURACY = 0.94


@pytest.fixture(scope="module")
def content() -> bytes:
    return modelfile.bundled().read_bytes()


@pytest.fixture(scope="module")
def info() -> ModelInfo:
    return modelfile.read(modelfile.bundled())[1]


def test_it_is_at_most_10_megabytes(content: bytes) -> None:
    assert len(content) <= 10_000_000


def test_it_knows_the_ten_classes_in_three_languages(info: ModelInfo) -> None:
    assert info.labels == cifar10.CLASSES
    assert {one.label: one.names for one in info.classes} == NAMES
    assert info.input_size == 32


def test_its_recorded_test_accuracy_is_what_was_asked_for(info: ModelInfo) -> None:
    test = info.scores["test"]
    assert test["pictures"] == 10_000
    assert test["accuracy"] >= SMALLEST_ACCURACY
    assert test["accuracy_low"] < test["accuracy"] < test["accuracy_high"]
    assert test["calibration_error"] < 0.03


def test_its_threshold_was_chosen_to_keep_95_percent(info: ModelInfo) -> None:
    assert info.known_rate == 0.95
    assert info.scores["validation"]["kept"] == pytest.approx(0.95, abs=0.001)
    assert info.scores["test"]["kept"] == pytest.approx(0.95, abs=0.015)


def test_it_says_where_it_comes_from(info: ModelInfo) -> None:
    assert info.licence == "Apache-2.0"
    assert len(info.data_fingerprint) == 64
    assert info.training["stages"]
    assert info.network["name"]


def test_it_says_nothing_of_the_machine_that_made_it(content: bytes) -> None:
    for trace in (b"site-packages", b"stack_trace", b"/home/", b'.py", line'):
        assert trace not in content


def test_the_classifier_takes_it_by_itself() -> None:
    answer = Classifier(threads=1).classify(np.full((40, 40, 3), 128, np.uint8))
    assert answer.label in cifar10.CLASSES


@pytest.mark.slow
@pytest.mark.skipif(not cifar10.is_whole(SHARED), reason="CIFAR-10 itself is not beside this repository")
def test_it_recognises_the_first_2000_test_pictures() -> None:
    test = cifar10.load_test(SHARED).take(np.arange(2000))
    probabilities, _, _, novelty = (classifier := Classifier(threads=1)).raw(test.pictures)
    assert (probabilities.argmax(axis=1) == test.labels).mean() >= 0.93
    assert (novelty <= classifier.info.threshold).mean() == pytest.approx(0.95, abs=0.02)
