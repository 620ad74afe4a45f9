"""A real folder watched by a real job, with pictures that come at once, slowly, and while nobody watched."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from tenfold import settings
from tenfold.catalogue.tables import Entry, Watch
from tenfold.errors import NotInCatalogue
from tenfold.jobs import CANCELLED, DONE
from tenfold.runtime import App
from tenfold.work.watching import LOOK, LookParams
from tests.fakes import FakeApp

LONG = 120.0


@pytest.fixture
def opened(own_home: Path, database_url: str) -> Iterator[Callable[[], App]]:
    """Opens the same house again and again."""
    houses: list[App] = []

    def one() -> App:
        chosen = replace(settings.load(), home=own_home, database_url=database_url)
        houses.append(FakeApp(chosen))
        return houses[-1]

    yield one
    for house in houses:
        house.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "coming"
    place.mkdir()
    return place


def picture(colour: str, side: int = 40) -> bytes:
    made = BytesIO()
    Image.new("RGB", (side, side), colour).save(made, "BMP")
    return made.getvalue()


def entries(house: App) -> dict[str, tuple[str | None, int]]:
    """Every entry's name with its class and length."""
    with house.database.reading() as session:
        rows = session.execute(select(Entry.name, Entry.label, Entry.bytes))
        return {row.name: (row.label, row.bytes) for row in rows}


def until(true: Callable[[], Any]) -> None:
    ends = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def only(house: App) -> Watch:
    (watch,) = house.watching.watches.active()
    return watch


def test_pictures_are_added_when_they_are_whole_and_once(opened: Callable[[], App], folder: Path) -> None:
    house = opened()
    house.jobs.start()
    content = picture("blue", side=300)
    (folder / "red.bmp").write_bytes(picture("red"))
    house.watching.add(str(folder))
    with (folder / "slow.bmp").open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        until(lambda: "red.bmp" in entries(house))
        # Whoever takes what lies there now would take half of it.
        time.sleep(1)
        file.write(content[len(content) // 2 :])
    until(lambda: "slow.bmp" in entries(house))
    (folder / "deep").mkdir()
    (folder / "deep" / "green.bmp").write_bytes(picture("lime"))
    until(lambda: "green.bmp" in entries(house))
    until(lambda: None not in [label for label, _ in entries(house).values()])
    assert entries(house) == {
        "red.bmp": ("red", len(picture("red"))),
        "slow.bmp": ("blue", len(content)),
        "green.bmp": ("green", len(picture("lime"))),
    }
    assert only(house).looked_at is not None


def test_what_came_while_nobody_watched_is_added_and_the_rest_not_read_again(
    opened: Callable[[], App], folder: Path
) -> None:
    first = opened()
    first.jobs.start()
    (folder / "red.bmp").write_bytes(picture("red"))
    _, job = first.watching.add(str(folder))
    until(lambda: "red.bmp" in entries(first))
    first.close()
    (folder / "green.bmp").write_bytes(picture("lime"))
    second = opened()
    read: list[str] = []
    keep = second.intake.keep

    def noted(content: bytes, *, name: str, **more: Any) -> Any:
        read.append(name)
        return keep(content, name=name, **more)

    second.intake.keep = noted  # type: ignore[method-assign]
    second.jobs.start()
    again = second.watching.resume()
    assert again is not None
    assert again.id == job.id
    until(lambda: "green.bmp" in entries(second))
    assert read == ["green.bmp"]


def test_a_folder_that_went_is_told_and_watched_again_when_it_is_back(
    opened: Callable[[], App], folder: Path
) -> None:
    house = opened()
    house.jobs.start()
    house.watching.add(str(folder))
    until(lambda: only(house).looked_at is not None)
    away = folder.rename(folder.with_name("away"))
    until(lambda: only(house).problem is not None)
    assert only(house).problem == "The folder is not there. It is watched again as soon as it is."
    (away / "red.bmp").write_bytes(picture("red"))
    away.rename(folder)
    until(lambda: "red.bmp" in entries(house))
    until(lambda: only(house).problem is None)


def test_a_folder_is_looked_through_where_nothing_is_told(opened: Callable[[], App], folder: Path) -> None:
    house = opened()
    house.jobs.start()
    house.watching.add(str(folder), poll=True)
    until(lambda: only(house).looked_at is not None)
    (folder / "red.bmp").write_bytes(picture("red"))
    until(lambda: "red.bmp" in entries(house))


def test_a_watch_that_is_stopped_adds_nothing_more(opened: Callable[[], App], folder: Path) -> None:
    house = opened()
    watch, job = house.watching.add(str(folder))
    assert house.watching.add(str(folder))[0].id == watch.id
    house.watching.watches.stop(watch.id)
    assert house.watching.resume() is None
    (folder / "red.bmp").write_bytes(picture("red"))
    house.jobs.start()
    # With nothing to watch the job ends by itself.
    assert house.jobs.wait(job.id, LONG).state == DONE
    assert entries(house) == {}
    with pytest.raises(NotInCatalogue, match="does not exist"):
        house.watching.watches.stop(watch.id)


def test_cancelling_the_job_ends_all_watches(opened: Callable[[], App], folder: Path) -> None:
    house = opened()
    house.jobs.start()
    _, job = house.watching.add(str(folder))
    until(lambda: only(house).looked_at is not None)
    house.jobs.cancel(job.id)
    assert house.jobs.wait(job.id, LONG).state == CANCELLED
    assert house.watching.watches.active() == []


def test_one_look_adds_what_is_there_and_ends(opened: Callable[[], App], folder: Path) -> None:
    house = opened()
    house.jobs.start()
    (folder / "red.bmp").write_bytes(picture("red"))
    (folder / "notes.txt").write_text("no picture")
    params = LookParams(path=str(folder), owner=0, shared=True)
    job = house.jobs.wait(house.jobs.submit(LOOK, params, title="Look", by=0).id, LONG)
    assert job.result is not None
    assert (job.result["added"], job.result["unusable"], job.result["labels"]) == (1, 1, {"red": 1})


def test_a_look_at_a_folder_that_is_not_there_fails_in_words(opened: Callable[[], App], folder: Path) -> None:
    house = opened()
    house.jobs.start()
    params = LookParams(path=str(folder / "gone"), owner=0, shared=True)
    job = house.jobs.wait(house.jobs.submit(LOOK, params, title="Look", by=0).id, LONG)
    assert job.problem is not None
    assert "cannot be looked through: The folder is not there." in job.problem["detail"]
