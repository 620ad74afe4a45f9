"""Models kept by their hash, and which of them was live when."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tenfold import modelfile
from tenfold.database import Database, now
from tenfold.errors import ModelFileError, RegistryError, UnknownModel
from tenfold.models.registry import BUNDLED, INSISTED, RUN, START
from tenfold.models.rows import ROLLBACK
from tenfold.models.tables import LiveChange
from tests import tiny
from tests.fakes import LocalRegistry

Make = Callable[[str], Path]


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> LocalRegistry:
    return LocalRegistry(database, tmp_path / "models")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a model file of that name."""
    return lambda name: tiny.variant(tmp_path / f"{name}.onnx", name=name)


def test_a_model_is_kept_by_its_hash_with_what_it_says_of_itself(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    scores = {"test": {"accuracy": 0.9, "accuracy_low": 0.88, "accuracy_high": 0.92}}
    path = tiny.variant(tmp_path / "one.onnx", name="one", scores=scores)
    model = registry.register(path, origin=RUN, run="run-7", by=3)
    assert model.hash == sha256(path.read_bytes()).hexdigest()
    assert (model.name, model.origin, model.run, model.added_by) == ("one", "run", "run-7", 3)
    assert (model.accuracy, model.accuracy_low, model.accuracy_high) == (0.9, 0.88, 0.92)
    assert (model.input_size, len(model.classes), model.bytes) == (32, 10, path.stat().st_size)
    assert registry.path(model.hash).read_bytes() == path.read_bytes()
    assert [one.hash for one in registry.list()] == [model.hash]


def test_the_same_model_twice_is_one(registry: LocalRegistry, make: Make) -> None:
    first = registry.register(make("one"), origin=RUN, run="run-7")
    again = registry.register(make("one"))
    assert again.hash == first.hash
    assert (again.origin, again.run) == ("run", "run-7")
    assert len(registry.list()) == 1


def test_the_bundled_model_is_not_copied(registry: LocalRegistry) -> None:
    model = registry.register_bundled()
    assert (model.origin, model.file) == (BUNDLED, BUNDLED)
    assert registry.path(model.hash) == modelfile.bundled()
    assert registry.register(modelfile.bundled()).origin == BUNDLED
    assert not registry.folder.exists()


def test_the_bundled_model_of_another_version_is_no_longer_listed(
    registry: LocalRegistry, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = make("older")
    with monkeypatch.context() as before:
        before.setattr(modelfile, "bundled", lambda name="photo": older)
        old = registry.register_bundled()
    new = registry.register_bundled()
    assert registry.list()[0].hash == new.hash
    assert old.hash not in {one.hash for one in registry.list()}
    assert registry.get(old.hash).name == "older"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "was not made by tenfold (it is empty)"),
        (b"hello", "was not made by tenfold (it starts with b'hello')"),
        (tiny.MODEL.read_bytes()[:-1], "is damaged: its content does not match its seal"),
    ],
)
def test_what_is_no_whole_model_file_is_refused(
    registry: LocalRegistry, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        registry.register(path, name="The model file mine.onnx")
    assert str(caught.value).startswith(f"The model file mine.onnx {words}")
    assert registry.list() == []


def test_a_removed_model_is_remembered_and_comes_back(registry: LocalRegistry, make: Make) -> None:
    model = registry.register(make("one"))
    registry.remove(model.hash)
    assert registry.list() == []
    assert registry.get(model.hash).name == "one"
    with pytest.raises(UnknownModel, match="is not registered"):
        registry.go_live(model.hash, by=0)
    with pytest.raises(UnknownModel):
        registry.remove(model.hash)
    registry.register(make("one"), by=5)
    assert [(one.name, one.added_by) for one in registry.list()] == [("one", 5)]


def test_the_live_model_and_the_bundled_one_are_not_removed(registry: LocalRegistry, make: Make) -> None:
    bundled, one = registry.register_bundled(), registry.register(make("one"))
    registry.go_live(one.hash, by=0)
    with pytest.raises(RegistryError, match=r"^The model one is live\. Make another one live"):
        registry.remove(one.hash)
    with pytest.raises(RegistryError, match=r"comes with tenfold, so it stays\.$"):
        registry.remove(bundled.hash)


def test_which_model_was_live_when_and_why(registry: LocalRegistry, make: Make) -> None:
    assert registry.live() == ""
    a, b = (registry.register(make(name)).hash for name in "ab")
    registry.go_live(a, by=1)
    registry.go_live(a, by=2)  # it is already
    registry.go_live(b, by=2, reason=INSISTED)
    assert registry.live() == b
    told = [(c.model_hash, c.previous_hash, c.by, c.reason) for c in registry.history()]
    assert told == [(b, a, 2, "insisted"), (a, None, 1, "chosen")]
    assert [c.model_hash for c in registry.history(1)] == [b]


def test_a_model_whose_file_is_damaged_does_not_go_live(registry: LocalRegistry, make: Make) -> None:
    a, b = (registry.register(make(name)).hash for name in "ab")
    registry.go_live(a, by=0)
    registry.path(b).write_bytes(b"")
    with pytest.raises(ModelFileError, match=r"was not made by tenfold \(it is empty\)"):
        registry.go_live(b, by=0)
    assert registry.live() == a
    registry.register(make("b"))
    assert registry.go_live(b, by=0).model_hash == b, "registered again, its file is whole again"


def test_rolling_back_again_and_again_goes_further_back(registry: LocalRegistry, make: Make) -> None:
    a, b, c = (registry.register(make(name)).hash for name in "abc")
    for key in (a, b, c):
        registry.go_live(key, by=0)
    back = []
    for _ in range(2):
        registry.go_live(registry.before(), by=0, reason=ROLLBACK)
        back.append(registry.live())
    assert back == [b, a]
    with pytest.raises(RegistryError, match="has no earlier one to go back to"):
        registry.before()
    registry.go_live(c, by=0)
    assert registry.before() == a, "what was rolled back is not gone back to"


def test_rolling_back_passes_over_what_is_gone(registry: LocalRegistry, make: Make) -> None:
    a, b, c = (registry.register(make(name)).hash for name in "abc")
    for key in (a, b, c):
        registry.go_live(key, by=0)
    registry.remove(b)
    assert registry.before() == a
    registry.path(a).unlink()
    with pytest.raises(RegistryError):
        registry.before()


def test_a_model_is_found_by_hash_run_and_name(registry: LocalRegistry, make: Make) -> None:
    bundled = registry.register_bundled()
    one = registry.register(make("one"), origin=RUN, run="run-7")
    for word in (one.hash, one.hash[:6].upper(), "run-7", "one"):
        assert registry.find(word).hash == one.hash
    assert registry.find("photo").hash == bundled.hash
    assert registry.find("cifar10").name == "tenfold-cifar10"
    with pytest.raises(UnknownModel, match=r"^The model 'on' is not registered\. `tenfold models`"):
        registry.find("on")


def test_a_name_that_fits_two_says_which(registry: LocalRegistry, make: Make, tmp_path: Path) -> None:
    first = registry.register(make("one"))
    second = registry.register(tiny.variant(tmp_path / "x.onnx", name="one", licence="MIT"))
    with pytest.raises(RegistryError, match=r"fits several models \(.*\)\. Give the start of one's hash"):
        registry.find("one")
    assert {registry.find(one.hash[:10]).hash for one in (first, second)} == {first.hash, second.hash}


def test_scores_that_are_no_numbers_are_left_out(registry: LocalRegistry, tmp_path: Path) -> None:
    path = tiny.variant(tmp_path / "odd.onnx", scores={"test": {"accuracy": "very good"}})
    assert registry.register(path).accuracy is None


def test_an_accuracy_that_cannot_be_compared_is_not_shown(registry: LocalRegistry, make: Make) -> None:
    key = registry.register(make("a")).hash
    assert registry.measured(key, (0.94, 0.93, 0.95)).accuracy == 0.94
    assert (registry.get(key).accuracy_low, registry.get(key).accuracy_high) == (0.93, 0.95)
    registry.measured(key, None)
    assert registry.get(key).accuracy is None
    with pytest.raises(UnknownModel):
        registry.measured("0" * 64, None)


def test_processes_that_start_at_the_same_time_make_a_model_live_once(
    registry: LocalRegistry, make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = registry.register(make("one"))

    def slow() -> datetime:
        time.sleep(0.1)  # between the look at what is live and the change of it
        return now()

    monkeypatch.setattr("tenfold.models.registry.now", slow)
    with ThreadPoolExecutor(4) as processes:
        changes = list(processes.map(lambda _: registry.go_live(model.hash, by=0, reason=START), range(4)))
    assert len({change.id for change in changes}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LiveChange)) == 1


def test_a_model_goes_live_only_after_the_change_that_was_seen(registry: LocalRegistry, make: Make) -> None:
    first, chosen = registry.register(make("one")), registry.register(make("two"))
    change = registry.go_live(chosen.hash, by=1)
    assert registry.go_live(first.hash, by=0, reason=START, after=0).id == change.id
    assert registry.live() == chosen.hash
    assert registry.go_live(first.hash, by=0, after=change.id).model_hash == first.hash
    assert registry.live() == first.hash
