"""Which model says what cameras see."""

from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.inference.server import ModelServer
from tenfold.models import bundled
from tenfold.workflows.watch_cameras.model import CameraModel
from tests.fakes import FakeClassifier


class Live(FakeClassifier):
    """A model of any hash."""

    def __init__(self, sha256: str) -> None:
        super().__init__()
        self.sha256 = sha256


@pytest.fixture
def loaded() -> list[Path]:
    return []


def model(sha256: str, loaded: list[Path]) -> CameraModel:
    def load(path: Path) -> FakeClassifier:
        loaded.append(path)
        return Live("loaded")

    return CameraModel(ModelServer(Live(sha256)), load)


@pytest.mark.parametrize("name", modelfile.BUNDLED)
def test_watch_names_what_cameras_see_while_a_bundled_model_is_live(name: str, loaded: list[Path]) -> None:
    one = model(bundled.hash_of(modelfile.bundled(name)), loaded)
    assert one.name == "watch"
    assert one.classifier() is one.classifier()
    assert loaded == [modelfile.bundled("watch")], "loaded once"


def test_a_model_of_ones_own_that_is_live_names_them_itself(loaded: list[Path]) -> None:
    one = model("0" * 64, loaded)
    assert (one.name, one.classifier().sha256, loaded) == ("colours", "0" * 64, [])
