"""The models that come with tenfold: small, whole, named in three languages, and as good as it says."""

from pathlib import Path

import numpy as np
import pytest

from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.cifar10 import NAMES
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo
from tests.paths import SHARED

SMALLEST_ACCURACY = 0.94


@pytest.fixture(scope="module", params=modelfile.BUNDLED)
def path(request: pytest.FixtureRequest) -> Path:
    return modelfile.bundled(request.param)


@pytest.fixture(scope="module")
def content(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture(scope="module")
def info(path: Path) -> ModelInfo:
    return modelfile.read(path)[1]


def test_it_is_small(path: Path, content: bytes) -> None:
    assert len(content) <= {"photo": 20_000_000, "cifar10": 10_000_000}[path.stem]


def test_it_knows_the_ten_classes_in_three_languages(info: ModelInfo) -> None:
    assert info.labels == cifar10.CLASSES
    assert {one.label: one.names for one in info.classes} == NAMES
    assert info.input_size == {"photo": 192}.get(info.name, 32)


def test_its_recorded_test_accuracy_is_what_was_asked_for(info: ModelInfo) -> None:
    test = info.scores["test"]
    assert test["pictures"] == 10_000
    assert test["accuracy"] >= SMALLEST_ACCURACY
    assert test["accuracy_low"] < test["accuracy"] < test["accuracy_high"]
    assert test["calibration_error"] < 0.03


def test_its_threshold_was_chosen_to_keep_95_percent(info: ModelInfo) -> None:
    assert info.known_rate == 0.95
    assert info.scores["validation"]["kept"] == pytest.approx(0.95, abs={"photo": 0.01}.get(info.name, 0.001))
    assert info.scores["test"]["kept"] == pytest.approx(0.95, abs=0.015)


def test_it_says_where_it_comes_from(info: ModelInfo) -> None:
    assert info.licence == "Apache-2.0"
    assert len(info.data_fingerprint) == 64
    assert info.training["how" if info.name == "photo" else "stages"]
    assert info.network["name"]


def test_it_says_nothing_of_the_machine_that_made_it(content: bytes) -> None:
    for trace in (b"site-packages", b"stack_trace", b"/home/", b'.py", line'):
        assert trace not in content


def test_a_plain_grey_is_none_of_these_to_the_default() -> None:
    answer = Classifier(threads=1).classify(np.full((40, 40, 3), 128, np.uint8))
    assert answer.label in cifar10.CLASSES
    assert not answer.known


@pytest.mark.slow
@pytest.mark.skipif(not cifar10.is_whole(SHARED), reason="CIFAR-10 itself is not beside this repository")
def test_it_recognises_test_pictures(path: Path) -> None:
    test = cifar10.load_test(SHARED).take(np.arange({"photo": 500}.get(path.stem, 2000)))
    probabilities, _, _, novelty = (classifier := Classifier(path, threads=1)).raw(test.pictures)
    assert (probabilities.argmax(axis=1) == test.labels).mean() >= 0.93
    assert (novelty <= classifier.info.threshold).mean() == pytest.approx(
        0.95, abs={"photo": 0.03}.get(path.stem, 0.02)
    )
