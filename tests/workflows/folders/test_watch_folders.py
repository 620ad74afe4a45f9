"""A real folder watched by the real service: pictures that come at once, slowly, and while it was off."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from tenfold import settings
from tenfold.catalogue.entries.tables import Entry, WatchedFolder
from tenfold.errors import NotInCatalogue
from tenfold.runtime import App
from tenfold.workflows.folders.scan_folder_job import SCAN_FOLDER, ScanFolderParams
from tests.fakes import FakeApp
from tests.waiting import until

LONG = 120.0


class Process:
    """What one process has: a container, a worker of its jobs, and the service that watches."""

    def __init__(self, app: App) -> None:
        self.app, self.stopping = app, threading.Event()
        self.thread = threading.Thread(daemon=True, target=app.folder_watcher.run, args=(self.stopping,))

    def watch(self) -> App:
        """Start the worker and the service."""
        self.app.jobs.start(serving=True)
        self.thread.start()
        return self.app

    def end(self) -> None:
        self.stopping.set()
        self.app.folder_watcher.wake()
        if self.thread.is_alive():
            self.thread.join()
        self.app.close()


Started = Callable[[], Process]


@pytest.fixture
def process(own_home: Path, tables_url: str) -> Iterator[Started]:
    """Opens the same home and database again and again."""
    made: list[Process] = []

    def one() -> Process:
        chosen = settings.load().model_copy(update={"home": own_home, "database_url": tables_url})
        made.append(Process(FakeApp(chosen)))
        return made[-1]

    yield one
    for each in made:
        each.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "coming"
    place.mkdir()
    return place


def picture(colour: str, side: int = 40) -> bytes:
    made = BytesIO()
    Image.new("RGB", (side, side), colour).save(made, "BMP")
    return made.getvalue()


def entries(app: App) -> dict[str, tuple[str | None, int]]:
    """Every entry's name with its class and length."""
    with app.database.reading() as session:
        rows = session.execute(select(Entry.name, Entry.label, Entry.bytes))
        return {row.name: (row.label, row.bytes) for row in rows}


def only(app: App) -> WatchedFolder:
    (watch,) = app.watched_folders.active()
    return watch


@pytest.mark.long
@pytest.mark.slow
def test_pictures_are_added_when_they_are_whole_and_once(process: Started, folder: Path) -> None:
    app = process().watch()
    content = picture("blue", side=300)
    (folder / "red.bmp").write_bytes(picture("red"))
    app.folder_watcher.add(str(folder))
    with (folder / "slow.bmp").open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        until(lambda: "red.bmp" in entries(app))
        # Whoever takes what lies there now would take half of it.
        time.sleep(1)
        file.write(content[len(content) // 2 :])
    until(lambda: "slow.bmp" in entries(app))
    (folder / "deep").mkdir()
    (folder / "deep" / "green.bmp").write_bytes(picture("lime"))
    until(lambda: "green.bmp" in entries(app))
    until(lambda: None not in [label for label, _ in entries(app).values()])
    assert entries(app) == {
        "red.bmp": ("red", len(picture("red"))),
        "slow.bmp": ("blue", len(content)),
        "green.bmp": ("green", len(picture("lime"))),
    }
    assert only(app).looked_at is not None


def test_links_that_are_not_followed_are_known_of_the_folder(
    process: Started, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "photos").symlink_to(elsewhere)
    (folder / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    app = process().watch()
    app.folder_watcher.add(str(folder))
    until(lambda: app.watched_folders.active()[0].looked_at is not None)
    found = app.watched_folders.active()[0].left_out
    assert sorted(found or []) == [str(folder / "gone.jpg"), str(folder / "photos")]


@pytest.mark.long
@pytest.mark.slow
def test_what_came_while_nobody_watched_is_added_and_the_rest_not_read_again(
    process: Started, folder: Path
) -> None:
    first = process()
    (folder / "red.bmp").write_bytes(picture("red"))
    first.watch().folder_watcher.add(str(folder))
    until(lambda: "red.bmp" in entries(first.app))
    first.end()
    (folder / "green.bmp").write_bytes(picture("lime"))
    last = process()
    second = last.app
    read: list[str] = []
    keep = second.ingest.keep

    def noted(content: bytes, *, name: str, **more: Any) -> Any:
        read.append(name)
        return keep(content, name=name, **more)

    second.ingest.keep = noted  # type: ignore[method-assign]
    last.watch()
    until(lambda: "green.bmp" in entries(second))
    assert read == ["green.bmp"]


@pytest.mark.slow
def test_a_folder_that_went_is_told_and_watched_again_when_it_is_back(process: Started, folder: Path) -> None:
    app = process().watch()
    app.folder_watcher.add(str(folder))
    until(lambda: only(app).looked_at is not None)
    away = folder.rename(folder.with_name("away"))
    until(lambda: only(app).problem is not None)
    problem = only(app).problem
    assert problem is not None
    assert (problem["code"], problem["reason"]) == ("folder-error", "missing")
    (away / "red.bmp").write_bytes(picture("red"))
    away.rename(folder)
    until(lambda: "red.bmp" in entries(app))
    until(lambda: only(app).problem is None)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no names that are no UTF-8")
def test_a_name_that_is_no_utf8_holds_nothing_up(process: Started, folder: Path) -> None:
    app = process().watch()
    app.folder_watcher.add(str(folder))
    (folder / "first.bmp").write_bytes(picture("red"))
    until(lambda: "first.bmp" in entries(app))
    time.sleep(1)  # the system reports changes by now
    started = time.monotonic()
    (folder / os.fsdecode(b"caf\xe9.bmp")).write_bytes(picture("blue"))
    (folder / "plain.bmp").write_bytes(picture("lime"))
    until(lambda: len(entries(app)) == 3)
    assert time.monotonic() - started < 20


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_is_looked_through_where_nothing_is_told(process: Started, folder: Path) -> None:
    app = process().watch()
    app.folder_watcher.add(str(folder), poll=True)
    until(lambda: only(app).looked_at is not None)
    (folder / "red.bmp").write_bytes(picture("red"))
    until(lambda: "red.bmp" in entries(app))


@pytest.mark.slow
def test_a_folder_that_cannot_be_worked_on_delays_no_other(
    process: Started, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = process()
    add = one.app.add_pictures.add

    def failing(paths: list[str], roots: tuple[str, ...], *more: Any) -> Iterator[None]:
        if roots == (str(folder),):
            raise ValueError("the content of a file")
        return add(paths, roots, *more)

    one.app.add_pictures.add = failing  # type: ignore[method-assign, assignment]
    app = one.watch()
    other = tmp_path / "other"
    other.mkdir()
    (folder / "red.bmp").write_bytes(picture("red"))
    (other / "green.bmp").write_bytes(picture("lime"))
    app.folder_watcher.add(str(folder))
    app.folder_watcher.add(str(other))
    until(lambda: "green.bmp" in entries(app))
    failed, _ = app.watched_folders.active()
    assert failed.problem is not None
    assert (failed.problem["code"], failed.problem["reason"]) == ("folder-error", "internal-fault")
    assert failed.problem["received"] == "ValueError"
    assert "the content of a file" in caplog.text


@pytest.mark.slow
def test_a_watch_that_is_stopped_adds_nothing_more(process: Started, folder: Path, tmp_path: Path) -> None:
    app = process().watch()
    watch = app.folder_watcher.add(str(folder))
    assert app.folder_watcher.add(str(folder)).id == watch.id
    until(lambda: only(app).looked_at is not None)
    app.watched_folders.stop(watch.id)
    other = tmp_path / "other"
    other.mkdir()
    app.folder_watcher.add(str(other))
    until(lambda: only(app).looked_at is not None)
    (folder / "red.bmp").write_bytes(picture("red"))
    (other / "green.bmp").write_bytes(picture("lime"))
    until(lambda: "green.bmp" in entries(app))
    assert "red.bmp" not in entries(app)
    with pytest.raises(NotInCatalogue, match="does not exist"):
        app.watched_folders.stop(watch.id)


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_is_watched_by_one_process_and_by_another_when_that_has_ended(
    process: Started, folder: Path
) -> None:
    first, second = process(), process()
    first.watch().folder_watcher.add(str(folder))
    until(lambda: only(first.app).worker == first.app.jobs.me)
    second.watch()
    time.sleep(3)
    assert only(second.app).worker == first.app.jobs.me
    first.end()
    (folder / "red.bmp").write_bytes(picture("red"))
    until(lambda: "red.bmp" in entries(second.app))
    assert only(second.app).worker == second.app.jobs.me


@pytest.mark.slow
def test_one_look_adds_what_is_there_and_ends(process: Started, folder: Path) -> None:
    app = process().watch()
    (folder / "red.bmp").write_bytes(picture("red"))
    (folder / "notes.jpg").write_text("no picture")
    params = ScanFolderParams(path=str(folder), owner=0, shared=True)
    job = app.jobs.wait(app.jobs.submit(SCAN_FOLDER, params, title="Look", by=0).id, LONG)
    assert job.result is not None
    assert (job.result["added"], job.result["unusable"], job.result["labels"]) == (1, 1, {"red": 1})


def test_a_look_at_a_folder_that_is_not_there_fails_in_words(process: Started, folder: Path) -> None:
    app = process().watch()
    params = ScanFolderParams(path=str(folder / "gone"), owner=0, shared=True)
    job = app.jobs.wait(app.jobs.submit(SCAN_FOLDER, params, title="Look", by=0).id, LONG)
    assert job.problem is not None
    assert (job.problem["code"], job.problem["reason"]) == ("folder-error", "missing")
