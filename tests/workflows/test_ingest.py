import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.tables import Entry, KnownFile
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database, now
from tenfold.errors import CatalogueError
from tenfold.folder_walk import passed_over
from tenfold.images import Limits
from tenfold.inference.server import ModelServer
from tenfold.jobs import Jobs, Stopped
from tenfold.server_files import ServerFiles
from tenfold.workflows.classify_job import ClassifyPending
from tenfold.workflows.ingest_job import AddParams, AddPictures, IngestCounts, Ownership
from tests.fakes import BLUE, GREEN, GREY, RED, FakeClassifier, FakeWork, LocalOriginals, picture
from tests.paths import SHARED

SAMPLES = SHARED / "samples"

_LOOK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("SELECT * FROM entries")
database.close()
"""


@dataclass
class Shop:
    """AddPictures with all that it needs, around the classifier that sees colours."""

    database: Database
    store: LocalOriginals
    ingest: Ingest
    adding: AddPictures
    folder: Path

    def put(self, name: str, content: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)

    def run(self, *, owner: int = 0, stop_after: int | None = None) -> dict[str, Any]:
        params = AddParams(paths=[str(self.folder)], owner=owner, shared=owner == 0)
        return self.adding(FakeWork(params, stop_after=stop_after)).model_dump()

    def entries(self) -> list[Entry]:
        with self.database.reading() as session:
            return list(session.scalars(select(Entry).order_by(Entry.name)))

    def seen(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(KnownFile)) or 0


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    store = LocalOriginals(tmp_path / "home" / "pictures")
    ingest = Ingest(database, store, Limits(pixels=1_000_000))
    jobs = Jobs(database, {})
    jobs.worker(serving=False)
    classifying = ClassifyPending(ingest, store, ModelServer(FakeClassifier()), jobs)
    folder = tmp_path / "photos"
    folder.mkdir()
    return Shop(
        database,
        store,
        ingest,
        AddPictures(
            database, ingest, classifying, Actions(database), ServerFiles(tmp_path / "home", database.file)
        ),
        folder,
    )


def test_a_folder_is_added_and_classified(shop: Shop) -> None:
    for name, colour in {
        "a/red.png": RED,
        "a/green.png": GREEN,
        "b/blue.png": BLUE,
        "grey.png": GREY,
    }.items():
        shop.put(name, picture(colour))
    shop.put("b/again.png", picture(RED))
    shop.put("notes.jpg", b"hello")
    result = shop.run()
    problem = result.pop("problems")[0]["detail"]
    assert "/notes.jpg is not a picture this build can read. Supported: JPEG, PNG" in problem
    assert result == {
        "files": 6,
        "added": 4,
        "known": 1,
        "unchanged": 0,
        "unusable": 1,
        "failed": 0,
        "labels": {"red": 1, "green": 1, "blue": 1, "": 1},
    }
    assert [(entry.name, entry.label, entry.state) for entry in shop.entries()] == [
        ("blue.png", "blue", "done"),
        ("green.png", "green", "done"),
        ("grey.png", "", "done"),
        ("red.png", "red", "done"),
    ]
    assert all(entry.perceptual_hash is not None and entry.sources == 4 for entry in shop.entries())


def test_what_did_not_change_is_not_read_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put("red.png", picture(RED))
    shop.put("notes.jpg", b"hello")
    shop.run()

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(ServerFiles, "open", never)
        again = shop.run()
    assert (again["added"], again["unchanged"], again["unusable"]) == (0, 1, 1)
    assert "notes.jpg is not a picture" in again["problems"][0]["detail"]
    shop.put("red.png", picture(BLUE))
    os.utime(shop.folder / "red.png", ns=(1, 1))
    assert shop.run()["added"] == 1
    assert [entry.label for entry in shop.entries()] == ["red", "blue"]


def test_what_a_setting_can_mend_is_tried_again(shop: Shop) -> None:
    shop.put("big.png", picture(RED, size=(2001, 1000)))
    assert "has too many pixels" in shop.run()["problems"][0]["detail"]
    shop.ingest._limits = Limits()
    assert shop.run()["added"] == 1


def test_a_damaged_picture_is_kept_and_told(shop: Shop) -> None:
    whole = BytesIO()
    Image.effect_noise((400, 400), 50).save(whole, "JPEG")
    shop.put("cut.jpg", whole.getvalue()[:-300])
    result = shop.run()
    assert (result["added"], result["unusable"], result["failed"], result["labels"]) == (1, 1, 1, {})
    assert [one["detail"] for one in result["problems"]] == [
        "cut.jpg is a damaged JPEG picture (it ends too early). Fetch or save it again from where it came."
    ]
    assert shop.entries()[0].state == "failed"


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("killed_in", ["enter", "take_answers"])
def test_whatever_ends_it_doing_it_again_adds_the_rest_and_nothing_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, killed_in: str
) -> None:
    for number in range(150):
        shop.put(f"{number:03}.png", picture((number, 250, 10), size=(8, 8)))
    calls = 0
    real: Callable[..., Any] = getattr(Ingest, killed_in)

    def killed(self: Ingest, *arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return real(self, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Ingest, killed_in, killed)
        with pytest.raises(KeyboardInterrupt):
            shop.run()
    assert 0 < len(shop.entries()) < 150
    result = shop.run()
    assert result["files"] == 150
    assert [entry.name for entry in shop.entries()] == [f"{number:03}.png" for number in range(150)]
    assert {entry.state for entry in shop.entries()} == {"done"}
    assert (shop.seen(), len(list(shop.store.hashes()))) == (150, 150)


@pytest.mark.slow
def test_it_stops_when_asked_and_keeps_what_it_has(shop: Shop) -> None:
    for number in range(130):
        shop.put(f"{number:03}.png", picture((number, 250, 10), size=(8, 8)))
    with pytest.raises(Stopped):
        shop.run(stop_after=2)
    found = shop.entries()
    assert 0 < len(found) < 130
    # What was answered is written; the rest waits for whoever comes first, as if it had not been tried.
    done = [entry for entry in found if entry.state == "done"]
    assert done
    assert {(entry.worker, entry.attempts) for entry in found} == {(None, 0)}
    assert shop.run()["added"] == 130 - len(found)
    assert {entry.state for entry in shop.entries()} == {"done"}
    assert len(shop.entries()) == 130


def test_a_batch_is_read_while_the_one_before_is_answered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(70):
        shop.put(f"{number:03}.png", picture((number, 250, 10), size=(8, 8)))
    order = list[str]()
    for name in ("enter", "take_answers"):
        real: Callable[..., Any] = getattr(Ingest, name)

        def noted(self: Ingest, *arguments: Any, real: Any = real, name: str = name, **named: Any) -> Any:
            order.append(name)
            return real(self, *arguments, **named)

        monkeypatch.setattr(Ingest, name, noted)
    monkeypatch.setattr(Ingest, "begin", no_call)
    monkeypatch.setattr(LocalOriginals, "read", no_call)
    files, counts = sorted(map(str, shop.folder.iterdir())), IngestCounts()
    for _ in shop.adding.add(files, [str(shop.folder)], Ownership(), counts):
        pass
    assert order == ["enter", "enter", "take_answers", "enter", "take_answers", "take_answers"]
    assert (counts.added, counts.labels.total()) == (70, 70)


def no_call(*arguments: object, **named: object) -> None:
    raise AssertionError("new pictures are not claimed or read a second time")


def test_a_full_disk_ends_it_with_the_words(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put("red.png", picture(RED))

    def full(opened: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CatalogueError, match=r"^The disk of .* is full; the picture was not added"):
            shop.run()
    assert shop.entries() == []
    assert shop.run()["added"] == 1


def test_what_a_person_deleted_comes_back_only_when_a_person_asks(shop: Shop) -> None:
    shop.put("red.png", picture(RED))
    shop.run()
    with shop.database.writing() as session:
        session.execute(update(Entry).values(deleted_at=now()))
    red = shop.folder / "red.png"

    def watched(*names: str) -> IngestCounts:
        counts = IngestCounts()
        paths = [str(shop.folder / name) for name in names]
        for _ in shop.adding.add(paths, (str(shop.folder),), Ownership(source="watch"), counts):
            pass
        assert [one.deleted_at is not None for one in shop.entries()] == [True]
        return counts

    assert watched("red.png").unchanged == 1
    os.utime(red, (1, 1))
    assert watched("red.png").known == 1
    shutil.copyfile(red, shop.folder / "copy.png")
    red.rename(shop.folder / "renamed.png")
    assert watched("copy.png", "renamed.png").known == 2
    actions = Actions(shop.database)
    assert actions.recent(administrator=True) == []
    assert shop.run()["added"] == 1
    (entry,) = shop.entries()
    assert entry.deleted_at is None
    (action,) = actions.history(entry.id)
    assert (action.kind, action.count) == ("restore", 1)
    actions.undo(action.id)
    assert shop.entries()[0].deleted_at is not None


def test_owners_have_their_own_entries_of_the_same_files(shop: Shop) -> None:
    shop.put("red.png", picture(RED))
    assert [shop.run(owner=owner)["added"] for owner in (0, 5, 5)] == [1, 1, 0]
    assert [(entry.owner_id, entry.shared) for entry in shop.entries()] == [(0, True), (5, False)]


def test_a_file_s_name_of_any_bytes_is_added(shop: Shop) -> None:
    try:
        shop.put(os.fsdecode(b"\xff red.png"), picture(RED))
    except OSError:
        pytest.skip("this file system takes no such name")
    assert shop.run()["added"] == 1
    assert shop.entries()[0].name == "red.png"


def test_tenfold_s_own_folder_is_not_added(shop: Shop) -> None:
    shop.put("red.png", picture(RED))
    shop.run()
    params = AddParams(paths=[str(shop.folder.parent)], owner=0, shared=True)
    beside = [p for p in shop.folder.parent.glob("*") if p.is_file() and not passed_over(p.name)]
    assert shop.adding(FakeWork(params)).files == len(beside) + 1


@pytest.mark.slow
def test_the_hostile_samples_are_added_or_named(shop: Shop) -> None:
    if not (SAMPLES / "hostile").is_dir():
        pytest.skip("the hostile samples are not here")
    params = AddParams(paths=[str(SAMPLES / "hostile")], owner=0, shared=True)
    result = shop.adding(FakeWork(params)).model_dump()
    entries = shop.entries()
    assert result["added"] == len(entries)
    assert {entry.state for entry in entries} == {"done", "failed"}
    failed = sum(entry.state == "failed" for entry in entries)
    assert result["added"] + result["known"] + result["unusable"] - failed == result["files"]
    assert len(result["problems"]) == result["unusable"]
    assert not any(shop.store.altered(entry.hash) for entry in entries)


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_links_and_tenfold_s_own_files_are_not_added_and_not_told_of(shop: Shop, tmp_path: Path) -> None:
    shop.put("red.png", picture(RED))
    private = shop.store.path(shop.store.put(picture(BLUE)))
    (tmp_path / "secret").write_bytes(b"root:x:0:0")
    (tmp_path / "elsewhere.png").write_bytes(picture(GREEN))
    for name, target in {"a": private, "b": tmp_path / "secret", "c": tmp_path / "elsewhere.png"}.items():
        (shop.folder / f"{name}.png").symlink_to(target)
    (shop.folder / "inside.png").symlink_to(shop.folder / "red.png")
    result = shop.run()
    assert (result["added"], result["known"], result["unusable"]) == (1, 1, 3)
    assert "x:0:0" not in str(result)
    assert [problem["detail"].partition(" cannot be read ")[2] for problem in result["problems"]] == [
        "(it is one of tenfold's own files). Check it.",
        "(it is a link out of the folder). Check it.",
        "(it is a link out of the folder). Check it.",
    ]


def test_the_home_itself_cannot_be_added(shop: Shop, tmp_path: Path) -> None:
    shop.put("red.png", picture(RED))
    shop.store.put(picture(BLUE))
    for named in (tmp_path / "home", tmp_path / "home" / "pictures", tmp_path / "photos" / ".." / "home"):
        result = shop.adding(FakeWork(AddParams(paths=[str(named)], owner=0, shared=True)))
        assert (result.added, result.unusable) == (0, 1), named
    assert shop.adding(FakeWork(AddParams(paths=[str(tmp_path)], owner=0, shared=True))).added == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("ending", ["", "-shm", "-wal"])
def test_a_link_to_the_database_leaves_it_locked(
    shop: Shop, link: Callable[[Path, Path], None], ending: str
) -> None:
    file = shop.database.file
    if file is None:
        pytest.skip("PostgreSQL has no file")
    shop.put("red.png", picture(RED))
    with shop.database.reading() as session:
        session.execute(select(Entry)).all()
        link(file.with_name(file.name + ending), shop.folder / "a.png")
        shop.run()
        # The last one that closes the database takes the log away: others must see that we have it open.
        subprocess.run([sys.executable, "-c", _LOOK, str(file)], check=True)
        assert file.with_name(f"{file.name}-wal").exists()
    assert len(shop.entries()) == 1
