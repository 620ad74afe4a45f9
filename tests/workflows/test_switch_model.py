"""Which model answers, here and for all who share the registry."""

import logging
import threading
from pathlib import Path

import pytest

from tenfold import modelfile, settings
from tenfold.database import Database
from tenfold.errors import DatabaseError, ModelFileError, RegistryError
from tenfold.inference import Classifier
from tenfold.inference.server import ModelServer
from tenfold.inference.trial import check
from tenfold.modelfile import ClassName
from tenfold.models.registry import BUNDLED
from tenfold.models.tables import LiveChange, RegisteredModel
from tenfold.runtime import App
from tenfold.workflows import switch_model as switching
from tenfold.workflows.switch_model import InitialModel, ModelSwitch, first
from tests import tiny
from tests.fakes import LocalRegistry


def load(path: Path) -> Classifier:
    return Classifier(path, threads=1)


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> LocalRegistry:
    return LocalRegistry(database, tmp_path / "models")


def switched(registry: LocalRegistry, path: Path = tiny.MODEL) -> tuple[ModelSwitch, ModelServer]:
    """As in a process of its own: the model at `path` answers to begin with."""
    server, change = ModelServer(load(path)), registry.live_change()
    begun = InitialModel(server.model, change.id if change else 0, "")
    return ModelSwitch(registry, server, load, check, begun), server


def begun(registry: LocalRegistry, model: str = "", *, insist: bool = True) -> InitialModel:
    return first(registry, model, load, check, insist=insist)


def test_going_live_changes_who_answers_and_rolling_back_undoes_it(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    old = registry.register(tiny.MODEL).hash
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    switch, server = switched(registry)
    answering = server.model
    switch.go_live(old, by=0)
    assert server.model is answering, "it answered before"
    switch.go_live(new, by=4)
    assert (registry.live(), server.model.info.name) == (new, "new")
    assert switch.rollback(by=5).by == 5
    assert (registry.live(), server.model.sha256) == (old, old)
    with pytest.raises(RegistryError, match="has no earlier one"):
        switch.rollback(by=5)


def test_what_another_process_makes_live_is_followed(registry: LocalRegistry, tmp_path: Path) -> None:
    old = registry.register(tiny.MODEL).hash
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    registry.go_live(old, by=0)
    server, answering = switched(registry)
    command, _ = switched(registry)
    assert not server.follow()
    command.go_live(new, by=0)
    assert server.follow()
    assert answering.model.info.name == "new"
    assert not server.follow()
    server.go_live(old, by=0)
    assert command.follow()


def test_a_failure_to_follow_that_was_overtaken_is_no_problem_any_more(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    old = registry.register(tiny.MODEL).hash
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    registry.go_live(old, by=0)
    server = ModelServer(load(tiny.MODEL))

    def overtaken(path: Path) -> None:
        switch.go_live(old, by=0)
        raise ModelFileError("The model file", "cannot be run")

    switch = ModelSwitch(registry, server, load, overtaken, InitialModel(server.model, 0, ""))
    registry.go_live(new, by=0)
    assert not switch.follow()
    assert (registry.live(), switch.problem) == (old, "")


def test_a_model_that_is_not_here_is_told_once_and_followed_when_it_comes(
    registry: LocalRegistry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    server, answering = switched(registry)
    registry.go_live(new, by=0)
    content = registry.path(new).read_bytes()
    registry.path(new).unlink()
    with caplog.at_level(logging.WARNING):
        assert [server.follow(), server.follow()] == [False, False]
    assert answering.model.info.name == "tiny"
    [record] = caplog.records
    assert record.getMessage().startswith(
        "The live model was changed, and cannot be used here: The model file"
    )
    assert server.problem.endswith(" tiny answers instead.")
    assert registry.live() == new, "it stays live for all others"
    registry.path(new).write_bytes(content)
    assert server.follow()
    assert (answering.model.info.name, server.problem) == ("new", "")


def test_a_model_that_cannot_be_loaded_is_not_loaded_again_at_every_look(
    registry: LocalRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    tried: list[Path] = []

    def refuse(path: Path) -> None:
        tried.append(path)
        raise ModelFileError("The model file", "takes too long")

    server = ModelServer(load(tiny.MODEL))
    switch = ModelSwitch(registry, server, load, refuse, InitialModel(server.model, 0, ""))
    registry.go_live(new, by=0)
    for _ in range(5):
        assert not switch.follow()
    assert len(tried) == 1
    monkeypatch.setattr(switching, "_SECONDS_BEFORE_TRYING_AGAIN", 0.0)
    switch.follow()
    assert len(tried) == 2


def test_a_database_that_cannot_be_read_is_told_to_whoever_follows(
    registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> None:
        raise DatabaseError("The database", "is busy")

    switch, _ = switched(registry)
    monkeypatch.setattr(registry, "live_change", unreadable)
    with pytest.raises(DatabaseError, match="is busy"):
        switch.follow()


def test_a_file_that_was_exchanged_for_another_is_not_used(registry: LocalRegistry, tmp_path: Path) -> None:
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    switch, server = switched(registry)
    tiny.variant(registry.path(new), name="other")
    with pytest.raises(ModelFileError, match="is not the one that was registered"):
        switch.go_live(new, by=0)
    assert server.model.info.name == "tiny"


def test_nobody_waits_while_a_model_is_tried(registry: LocalRegistry, tmp_path: Path) -> None:
    """One person adds a model that takes for ever; another makes one live meanwhile."""
    new = registry.register(tiny.variant(tmp_path / "new.onnx", name="new")).hash
    slow, other = (tiny.variant(tmp_path / f"{name}.onnx", name=name) for name in ("slow", "other"))
    begun, ended = threading.Event(), threading.Event()

    def try_out(path: Path) -> None:
        if modelfile.read(path)[1].name == "slow":
            begun.set()
            assert ended.wait(30)

    server = ModelServer(load(tiny.MODEL))
    switch = ModelSwitch(registry, server, load, try_out, InitialModel(server.model, 0, ""))
    hanging = registry.register(slow).hash
    threads = [
        threading.Thread(daemon=True, target=switch.go_live, args=[hanging], kwargs={"by": 0}),
        threading.Thread(daemon=True, target=switch.add, args=[slow], kwargs={"name": "slow", "by": 0}),
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    switch.go_live(new, by=0)
    assert switch.add(other, name="other", by=0).name == "other"
    assert server.model.info.name == "new"
    ended.set()
    for thread in threads:
        thread.join()


def test_a_model_that_cannot_be_run_does_not_go_live(registry: LocalRegistry, tmp_path: Path) -> None:
    names = tuple(ClassName(label) for label in ("one", "two"))
    lying = registry.register(tiny.variant(tmp_path / "lying.onnx", classes=names)).hash
    switch, server = switched(registry)
    with pytest.raises(ModelFileError, match=r"does not answer as its facts promise \(outputs \(1, 10\)"):
        switch.go_live(lying, by=0)
    assert (registry.live(), server.model.info.name) == ("", "tiny")


def test_a_model_that_cannot_be_run_is_not_added(registry: LocalRegistry, tmp_path: Path) -> None:
    switch, _ = switched(registry)
    lying = tiny.variant(tmp_path / "lying.onnx", input_size=40)
    with pytest.raises(ModelFileError) as caught:
        switch.add(lying, name="lying.onnx", by=0)
    assert str(caught.value).startswith("The model file lying.onnx does not answer as its facts promise")
    assert registry.list() == []
    assert switch.add(tiny.MODEL, name="tiny.onnx", by=0).name == "tiny"


class TestTheFirst:
    """Which model answers when a process begins."""

    def test_the_bundled_one_where_nothing_was_chosen(self, registry: LocalRegistry) -> None:
        classifier, seen, words = begun(registry)
        assert (classifier.sha256, words) == (registry.find("photo").hash, "")
        assert seen == registry.history()[0].id
        assert [(c.model_hash, c.reason) for c in registry.history()] == [(classifier.sha256, "start")]
        begun(registry)
        assert len(registry.history()) == 1

    def test_the_one_that_was_live(self, registry: LocalRegistry) -> None:
        registry.go_live(registry.register(tiny.MODEL).hash, by=0)
        assert begun(registry)[0].info.name == "tiny"

    def test_the_one_that_the_settings_name_which_then_is_live(self, registry: LocalRegistry) -> None:
        begun(registry)
        classifier, _, _ = begun(registry, str(tiny.MODEL))
        assert classifier.info.name == "tiny"
        assert registry.live() == classifier.sha256
        assert registry.history()[0].reason == "start"

    def test_a_command_s_own_choice_is_not_forced_on_a_server(self, registry: LocalRegistry) -> None:
        bundled = begun(registry)[0].sha256
        classifier, _, _ = begun(registry, str(tiny.MODEL), insist=False)
        assert classifier.info.name == "tiny"
        assert registry.live() == bundled
        assert "tiny" in {one.name for one in registry.list()}, "what it names can be looked up"

    def test_the_bundled_one_where_the_live_one_is_damaged_which_stays_live(
        self, registry: LocalRegistry
    ) -> None:
        key = registry.register(tiny.MODEL).hash
        registry.go_live(key, by=0)
        registry.path(key).write_bytes(tiny.MODEL.read_bytes()[:5000])
        classifier, seen, words = begun(registry)
        assert classifier.sha256 == registry.find("photo").hash
        assert (registry.live(), seen) == (key, 0)
        assert words.endswith(
            "Copy it again from where it came, or export it again. The bundled model answers instead."
        )

    def test_a_server_brings_its_own_bundled_one_in_the_place_of_an_earlier_version_s(
        self, registry: LocalRegistry, database: Database
    ) -> None:
        old = registry.register(tiny.MODEL).hash
        registry.go_live(old, by=0)
        with database.writing() as session:
            session.get_one(RegisteredModel, old).file = BUNDLED
        classifier, _, words = begun(registry, insist=False)
        assert (classifier.sha256, words) == (registry.find("photo").hash, "")
        assert registry.live() == old, "a command changes nothing for others"
        begun(registry, insist=True)
        assert registry.live() == registry.find("photo").hash

    def test_a_bundled_one_that_somebody_chose_stays_and_one_that_nobody_chose_gives_way(
        self, registry: LocalRegistry
    ) -> None:
        registry.register_bundled()
        registry.go_live(registry.find("cifar10").hash, by=0, reason="start")
        assert begun(registry, insist=True)[0].info.name == "photo"
        registry.go_live(registry.find("cifar10").hash, by=1)
        assert begun(registry, insist=True)[0].sha256 == registry.find("cifar10").hash

    def test_a_named_file_that_cannot_be_used_is_an_error(
        self, registry: LocalRegistry, tmp_path: Path
    ) -> None:
        with pytest.raises(ModelFileError, match="cannot be read"):
            begun(registry, str(tmp_path / "none.onnx"))


@pytest.mark.slow
def test_two_homes_on_one_database_never_demote_each_other_s_model(own_home: Path, tmp_path: Path) -> None:
    """The model's file is in the first home alone: the second says so, and follows when the file comes."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()

    def opened(home: Path) -> App:
        return App(
            settings.load().model_copy(update={"home": home, "database_url": url, "threads": 1}), serving=True
        )

    with opened(homes[0]) as one:
        key = one.model_switch.add(tiny.MODEL, name="tiny.onnx", by=0).hash
        one.model_switch.go_live(key, by=0)
        with opened(homes[1]) as two:
            [notice] = two.notices
            assert notice.startswith(f"The model file {homes[1] / 'models' / key}.onnx cannot be read")
            assert notice.endswith("The bundled model answers instead.")
            assert two.model_server.model.sha256 == two.registry.find("photo").hash
            assert not two.model_switch.follow()
            assert [app.registry.live() for app in (one, two)] == [key, key]
            copied = homes[1] / "models" / f"{key}.onnx"
            copied.parent.mkdir(exist_ok=True)
            copied.write_bytes(tiny.MODEL.read_bytes())
            assert two.model_switch.follow()
            assert (two.model_server.model.sha256, two.notices) == (key, ())
        assert one.model_server.model.sha256 == key


@pytest.mark.parametrize("model", ["", str(tiny.MODEL)])
def test_what_goes_live_while_another_process_starts_stays_live(
    database: Database, tmp_path: Path, model: str
) -> None:
    class Late(LocalRegistry):
        """Somebody makes a model live just after it was asked which one is."""

        def live_change(self) -> LiveChange | None:
            found = super().live_change()
            if found is None:
                self.go_live(chosen, by=1)
            return found

    registry = Late(database, tmp_path / "models")
    chosen = registry.register(tiny.variant(tmp_path / "chosen.onnx", name="chosen")).hash
    started = begun(registry, model, insist=False)
    assert registry.live() == chosen
    assert started.classifier.sha256 == (registry.register(tiny.MODEL).hash if model else chosen)
