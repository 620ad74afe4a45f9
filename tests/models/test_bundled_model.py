"""The models that come with tenfold: small, whole, named in three languages, and as good as it says."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from benchmarks.backbone import ship
from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.cifar10 import NAMES
from tenfold.images import read
from tenfold.inference import Classifier
from tenfold.modelfile import ModelInfo
from tests.paths import SHARED

SAMPLES = SHARED / "samples"

# Of its test pictures. `watch` has 18 classes and no network of 32 pixels, on whose pictures it is tested;
# `cifar10-small` was trained for noise.
LEAST = {"photo": 0.94, "cifar10": 0.94, "cifar10-small": 0.92, "watch": 0.81}
ADDED = ("person", "bicycle", "motorcycle", "bus", "train", "tractor", "fox", "wolf")


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
    assert len(content) <= {"photo": 20_000_000, "watch": 6_000_000}.get(path.stem, 10_000_000)


def test_it_knows_the_ten_classes_in_three_languages(info: ModelInfo) -> None:
    assert info.labels[:10] == cifar10.CLASSES
    assert {one.label: one.names for one in info.classes[:10]} == NAMES
    assert info.labels[10:] == (ADDED if info.name == "watch" else ())
    assert all(set(one.names) == {"en", "uk", "ru"} for one in info.classes)
    assert info.input_size == {"photo": 192, "watch": 192}.get(info.name, 32)


def test_its_recorded_test_accuracy_is_what_was_asked_for(path: Path, info: ModelInfo) -> None:
    test = info.scores["test"]
    assert test["pictures"] == {"watch": 11_400}.get(info.name, 10_000)
    assert test["accuracy"] >= LEAST[path.stem]
    assert test["accuracy_low"] < test["accuracy"] < test["accuracy_high"]
    assert test["calibration_error"] < 0.03


def test_its_threshold_was_chosen_to_keep_95_percent(info: ModelInfo) -> None:
    assert info.known_rate == 0.95
    if info.input_size == 32:  # on staged pictures in six views; those of 32 pixels are kept more often
        assert "staged" in info.training["threshold_chosen_on"]
        assert info.scores["test"]["kept"] > 0.95
    else:
        assert info.scores["validation"]["kept"] == pytest.approx(0.95, abs=0.01)
        assert info.scores["test"]["kept"] == pytest.approx(0.95, abs=0.015)


def test_it_says_where_it_comes_from(info: ModelInfo) -> None:
    assert info.licence == "Apache-2.0"
    assert len(info.data_fingerprint) == 64
    assert info.training[
        {"photo": "how", "watch": "how", "tenfold-cifar10": "stages"}.get(info.name, "epochs")
    ]
    assert info.network["name"]


def test_it_says_nothing_of_the_machine_that_made_it(content: bytes) -> None:
    for trace in (b"site-packages", b"stack_trace", b"/home/", b'.py", line'):
        assert trace not in content


def test_a_picture_costs_no_more_than_was_allowed(path: Path) -> None:
    most = {"photo": 450, "watch": 450, "cifar10": 145, "cifar10-small": 130}[path.stem]
    assert multiply_adds(path) < most * 1e6
    assert modelfile.read(path)[1].network["multiply_adds"] == multiply_adds(path)


def multiply_adds(path: Path) -> int:
    return ship.multiply_adds(onnx.load_from_string(modelfile.network(path)))


def test_a_plain_grey_is_none_of_these_and_no_class_is_likelier(path: Path) -> None:
    model = Classifier(path, threads=1)
    for level in (0, 64, 128, 200, 255):
        answer = model.classify(np.full((40, 40, 3), level, np.uint8))
        assert not answer.known, level
        assert answer.confidence == pytest.approx(1 / len(model.info.labels)), level


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample photographs are not beside this repository")
def test_half_a_photograph_is_none_of_these_and_the_whole_is_not(path: Path) -> None:
    model = Classifier(path, threads=1)
    for folder in sorted((SAMPLES / "photos").iterdir())[:5]:
        whole = read(sorted(folder.iterdir())[0])
        assert model.classify(whole).confidence > 0.2, folder.name
        half = whole.copy()
        half[len(half) // 2 :] = 128
        answer = model.classify(half)
        assert not answer.known, folder.name
        assert answer.confidence == pytest.approx(1 / len(model.info.labels), abs=0.2), folder.name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample photographs are not beside this repository")
def test_road_signs_and_what_hardly_began_to_be_decoded_are_none_of_these() -> None:
    model = Classifier(threads=1)
    assert not model.classify(SAMPLES / "photos_none_of_the_ten" / "JaidedAI__example3.png").known
    for folder in sorted((SAMPLES / "photos").iterdir()):
        pixels = read(sorted(folder.iterdir())[0]).copy()
        pixels[len(pixels) // 10 :] = 128
        assert not model.classify(pixels).known, folder.name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample photographs are not beside this repository")
def test_a_portrait_is_a_person_to_the_model_for_cameras_and_nothing_to_the_default() -> None:
    portrait = SAMPLES / "photos_none_of_the_ten" / "ageitgey__obama1.jpg"
    assert not Classifier(threads=1).classify(portrait).known
    answer = Classifier(modelfile.CAMERAS, threads=1).classify(portrait)
    assert (answer.label, answer.known) == ("person", True)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(
    not cifar10.is_whole(SHARED), reason="needs CIFAR-10: `tenfold data fetch cifar10 --data-dir ../shared`"
)
def test_it_recognises_test_pictures(path: Path) -> None:
    test = cifar10.load_test(SHARED).take(np.arange({"photo": 500, "watch": 500}.get(path.stem, 2000)))
    probabilities, _, _, novelty = (classifier := Classifier(path, threads=1)).raw(test.pictures)
    least = LEAST[path.stem] - (0.03 if path.stem == "watch" else 0.01)
    assert (probabilities.argmax(axis=1) == test.labels).mean() >= least
    assert (novelty <= classifier.info.threshold).mean() == pytest.approx(
        0.95, abs={"photo": 0.03, "watch": 0.03}.get(path.stem, 0.02)
    )
