"""Which model answers, here and for all who share the registry."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold import settings
from tenfold.database import Database
from tenfold.errors import ModelFileError, RegistryError
from tenfold.inference import Classifier
from tenfold.inference.live import Live
from tenfold.modelfile import ClassName
from tenfold.registry.models import Registry
from tenfold.runtime import App
from tenfold.work.switching import Switch, first
from tests import tiny


def load(path: Path) -> Classifier:
    return Classifier(path, threads=1)


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> Registry:
    return Registry(database, tmp_path / "models")


def switched(registry: Registry, path: Path = tiny.MODEL) -> tuple[Switch, Live]:
    """As in a process of its own: the model at `path` answers to begin with."""
    live = Live(load(path))
    return Switch(registry, live, load), live


def test_going_live_changes_who_answers_and_rolling_back_undoes_it(
    registry: Registry, tmp_path: Path
) -> None:
    old = registry.register(tiny.MODEL).hash
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    switch, live = switched(registry)
    told: list[str] = []
    live.tell(lambda classifier: told.append(classifier.info.name))
    switch.go_live(old, by=0)
    assert told == [], "it answered before"
    switch.go_live(new, by=4)
    assert (registry.live(), live.classifier.info.name) == (new, "new")
    assert switch.rollback(by=5).by == 5
    assert (registry.live(), live.classifier.sha256) == (old, old)
    assert told == ["new", "tiny"]
    with pytest.raises(RegistryError, match="has no earlier one"):
        switch.rollback(by=5)


def test_what_another_process_makes_live_is_followed(registry: Registry, tmp_path: Path) -> None:
    old = registry.register(tiny.MODEL).hash
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    registry.go_live(old, by=0)
    server, answering = switched(registry)
    command, _ = switched(registry)
    assert not server.follow()
    command.go_live(new, by=0)
    assert server.follow()
    assert answering.classifier.info.name == "new"
    assert not server.follow()
    server.go_live(old, by=0)
    assert command.follow()


def test_a_model_that_is_not_here_is_told_once_and_the_old_one_stays(
    registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    server, answering = switched(registry)
    registry.go_live(new, by=0)
    registry.path(new).unlink()
    with caplog.at_level(logging.WARNING):
        assert [server.follow(), server.follow()] == [False, False]
    assert answering.classifier.info.name == "tiny"
    [record] = caplog.records
    assert record.getMessage().startswith(
        "The live model was changed, and cannot be used here: The model file"
    )


def test_a_model_that_cannot_be_run_does_not_go_live(registry: Registry, tmp_path: Path) -> None:
    names = tuple(ClassName(label) for label in ("one", "two"))
    lying = registry.register(tiny.variant(tmp_path / "lying.onnx", classes=names)).hash
    switch, live = switched(registry)
    with pytest.raises(ModelFileError, match=r"does not answer as its facts promise \(outputs \(1, 10\)"):
        switch.go_live(lying, by=0)
    assert (registry.live(), live.classifier.info.name) == ("", "tiny")


def test_a_model_that_cannot_be_run_is_not_added(registry: Registry, tmp_path: Path) -> None:
    switch, _ = switched(registry)
    lying = tiny.variant(tmp_path / "lying.onnx", input_size=40)
    with pytest.raises(ModelFileError) as caught:
        switch.add(lying.read_bytes(), name="lying.onnx", by=0)
    assert str(caught.value).startswith("The model file lying.onnx does not answer as its facts promise")
    assert registry.list() == []
    assert switch.add(tiny.MODEL, name="tiny.onnx", by=0).name == "tiny"


class TestTheFirst:
    """Which model answers when a process begins."""

    def test_the_bundled_one_where_nothing_was_chosen(self, registry: Registry) -> None:
        classifier, words = first(registry, "", load, insist=True)
        assert (classifier.sha256, words) == (registry.find("bundled").hash, "")
        assert [(c.model_hash, c.reason) for c in registry.history()] == [(classifier.sha256, "start")]
        first(registry, "", load, insist=True)
        assert len(registry.history()) == 1

    def test_the_one_that_was_live(self, registry: Registry) -> None:
        registry.go_live(registry.register(tiny.MODEL).hash, by=0)
        assert first(registry, "", load, insist=True)[0].info.name == "tiny"

    def test_the_one_that_the_settings_name_which_then_is_live(self, registry: Registry) -> None:
        first(registry, "", load, insist=True)
        classifier, _ = first(registry, str(tiny.MODEL), load, insist=True)
        assert classifier.info.name == "tiny"
        assert registry.live() == classifier.sha256
        assert registry.history()[0].reason == "start"

    def test_a_command_s_own_choice_is_not_forced_on_a_server(self, registry: Registry) -> None:
        bundled = first(registry, "", load, insist=True)[0].sha256
        classifier, _ = first(registry, str(tiny.MODEL), load, insist=False)
        assert classifier.info.name == "tiny"
        assert registry.live() == bundled
        assert len(registry.list()) == 2, "what it names can be looked up"

    def test_the_bundled_one_where_the_live_one_is_damaged_and_why(self, registry: Registry) -> None:
        key = registry.register(tiny.MODEL).hash
        registry.go_live(key, by=0)
        registry.path(key).write_bytes(tiny.MODEL.read_bytes()[:5000])
        classifier, words = first(registry, "", load, insist=True)
        assert classifier.sha256 == registry.find("bundled").hash == registry.live()
        assert words.endswith(
            "Copy it again from where it came, or export it again. The bundled model answers instead."
        )

    def test_a_named_file_that_cannot_be_used_is_an_error(self, registry: Registry, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError, match="cannot be read"):
            first(registry, str(tmp_path / "none.onnx"), load, insist=True)


def test_a_house_begins_with_what_another_left_live(own_home: Path) -> None:
    def opened() -> App:
        return App(replace(settings.load(), home=own_home, threads=1))

    house = opened()
    assert (house.live.classifier.sha256, house.notices) == (house.registry.live(), ())
    house.switch.go_live(house.switch.add(tiny.MODEL, name="tiny.onnx", by=0).hash, by=0)
    house.close()
    house = opened()
    assert house.live.classifier.info.name == "tiny"
    house.registry.path(house.registry.live()).unlink()
    house.close()
    with opened() as house:
        [notice] = house.notices
    assert notice.startswith("The model file ")
    assert notice.endswith("The bundled model answers instead.")
