"""Which model says what cameras see."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.cameras.address import parse
from tenfold.database import Database, now
from tenfold.errors import RegistryError
from tenfold.inference.server import ModelServer
from tenfold.models import bundled
from tenfold.models.tables import RegisteredModel
from tenfold.workflows.watch_cameras import model as camera_model
from tenfold.workflows.watch_cameras.model import CameraModels, ChosenModel
from tests import tiny
from tests.fakes import FakeApp, FakeClassifier, LocalRegistry

OWN = "0" * 64


class Live(FakeClassifier):
    """A model of any hash."""

    def __init__(self, sha256: str) -> None:
        super().__init__()
        self.sha256 = sha256


@pytest.fixture
def loaded() -> list[Path]:
    return []


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> LocalRegistry:
    return LocalRegistry(database, tmp_path / "models")


@pytest.fixture
def kept(registry: LocalRegistry, tmp_path: Path) -> RegisteredModel:
    """A model of the list."""
    return registry.register(tiny.variant(tmp_path / "doors.onnx", name="doors"))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_model, "_SECONDS_BETWEEN_CHECKS", 0.0)


def models(sha256: str, registry: LocalRegistry, loaded: list[Path]) -> CameraModels:
    def load(path: Path) -> FakeClassifier:
        loaded.append(path)
        return Live(modelfile.read(path)[1].name)

    return CameraModels(ModelServer(Live(sha256)), registry, load)


@pytest.mark.parametrize("name", modelfile.BUNDLED)
def test_watch_names_what_cameras_see_while_a_bundled_model_is_live(
    name: str, registry: LocalRegistry, loaded: list[Path]
) -> None:
    one = models(bundled.hash_of(modelfile.bundled(name)), registry, loaded)
    assert one.default_name == "watch"
    assert one.default_hash == bundled.hash_of(modelfile.bundled("watch"))
    assert one.default() is one.default()
    assert loaded == [modelfile.bundled("watch")], "loaded once"


def test_a_model_of_ones_own_that_is_live_names_them_itself(
    registry: LocalRegistry, loaded: list[Path]
) -> None:
    one = models(OWN, registry, loaded)
    assert (one.default_name, one.default_hash, one.default().sha256, loaded) == ("colours", OWN, OWN, [])


def test_the_model_that_was_chosen_for_a_camera_answers_and_cameras_share_it(
    registry: LocalRegistry, kept: RegisteredModel, loaded: list[Path]
) -> None:
    every = models(OWN, registry, loaded)
    first, second = ChosenModel(every, kept.hash), ChosenModel(every, kept.hash)
    assert first.classifier().sha256 == "doors"
    assert first.classifier() is second.classifier()
    assert (first.problem, len(loaded)) == (None, 1)
    assert ChosenModel(every, "").classifier().sha256 == OWN


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("removed", "The model doors was removed. Choose another model, or add this one again."),
        ("missing", "The file of the model doors is missing"),
        ("damaged", "The file of the model doors is damaged"),
        ("unreadable", "is damaged"),
        ("unknown", "The model '000000"),
    ],
)
def test_while_the_chosen_model_cannot_be_used_the_default_answers_and_it_is_said(
    fault: str, words: str, registry: LocalRegistry, kept: RegisteredModel, loaded: list[Path]
) -> None:
    path = registry.path(kept.hash)
    content = path.read_bytes()
    if fault == "removed":
        registry.remove(kept.hash)
    elif fault == "missing":
        path.unlink()
    elif fault == "damaged":
        path.write_bytes(content[:-1])
    elif fault == "unreadable":
        path.write_bytes(bytes(len(content)))
    one = ChosenModel(models(OWN, registry, loaded), OWN if fault == "unknown" else kept.hash)
    assert one.classifier().sha256 == OWN
    assert one.problem
    assert words in str(one.problem) or fault == "unreadable"


def test_a_chosen_model_that_is_added_again_answers_again(
    registry: LocalRegistry, kept: RegisteredModel, loaded: list[Path], tmp_path: Path
) -> None:
    one = ChosenModel(models(OWN, registry, loaded), kept.hash)
    assert one.classifier().sha256 == "doors"
    registry.remove(kept.hash)
    assert (one.classifier().sha256, one.problem is not None) == (OWN, True)
    registry.register(tmp_path / "doors.onnx")
    assert (one.classifier().sha256, one.problem) == ("doors", None)


@pytest.fixture
def app(own_home: Path) -> Iterator[FakeApp]:
    with FakeApp() as made:
        yield made


def test_a_model_that_a_camera_uses_is_not_removed(app: FakeApp, tmp_path: Path) -> None:
    key = app.registry.register(tiny.variant(tmp_path / "doors.onnx", name="doors")).hash
    camera = app.cameras.add("door", parse("rtsp://host/live"), by=0, model_hash=key)
    with pytest.raises(RegistryError, match=r"The model doors is used by cameras \(door\)\. Choose another"):
        app.remove_model(key)
    app.cameras.change(camera.id, model_hash="")
    assert app.remove_model(key).removed_at is not None


def test_a_model_that_stations_run_by_is_not_removed(app: FakeApp, tmp_path: Path) -> None:
    model = app.registry.register(tiny.variant(tmp_path / "screws.onnx", name="screws"))
    recipe = app.recipes.add("M6", by=0)
    regions = [{"name": "part", "box": [0, 0, 1, 1], "accepts": [model.classes[0]]}]
    version = app.recipes.add_version(
        recipe.id, by=0, model_hash=model.hash, classes=model.classes, regions=regions
    )
    app.recipes.approve(recipe.id, version.version, by=0)
    with pytest.raises(RegistryError, match=r"The model screws is used by recipes \(M6\)"):
        app.remove_model(model.hash)
    app.recipes.remove(recipe.id)
    assert (app.remove_model(model.hash).removed_at or now()) <= now()
