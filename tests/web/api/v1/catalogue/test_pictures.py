"""Pictures into the catalogue over HTTP, and out of it."""

import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tenfold.catalogue.entries.tables import Entry
from tests.fakes import picture
from tests.images.pictures import encoded, scene
from tests.waiting import until
from tests.web.conftest import Running, Serve

URL = "/api/v1/catalogue"


_colour = itertools.count()


@pytest.fixture(scope="module")
def catalogue(serve: Serve) -> Running:
    """One server for all: jobs are done by one server of a process at a time."""
    return serve()


def new(strong: int = 0) -> bytes:
    """A picture that no other test has; 0 is a red one, 1 a green one, 2 a blue one."""
    number = next(_colour)
    colour = [number % 80, number // 80]
    colour.insert(strong, 250)
    return picture((colour[0], colour[1], colour[2]), size=(8, 8))


def add(running: Running, *pictures: tuple[str, bytes], query: str = "") -> Any:
    return running.client.post(f"{URL}/pictures{query}", files=[("files", one) for one in pictures])


def entry_of(answer: Any) -> dict[str, Any]:
    [result] = answer.json()["results"]
    entry: dict[str, Any] = result["entry"]
    return entry


def test_pictures_are_kept_at_once_and_classified_soon(catalogue: Running) -> None:
    answer = add(catalogue, ("red.png", new()), ("blue.png", new(2)), query="?source=upload")
    assert answer.status_code == 200
    red, blue = answer.json()["results"]
    assert (red["name"], red["new"], red["problem"]) == ("red.png", True, None)
    assert (red["entry"]["state"], red["entry"]["label"], red["entry"]["mine"]) == ("waiting", None, True)
    assert red["entry"]["sources"] == ["upload"]
    ingest = catalogue.service.app.ingest
    until(lambda: not ingest.waits())
    numbers = [red["entry"]["id"], blue["entry"]["id"]]
    assert [(entry.label, entry.sources) for entry in ingest.entries(numbers)] == [("red", 1), ("blue", 1)]


def test_the_same_picture_again_is_the_same_entry(catalogue: Running) -> None:
    content = new()
    first = add(catalogue, ("a.png", content)).json()["results"][0]
    again = add(catalogue, ("b.png", content)).json()["results"][0]
    assert (first["new"], again["new"]) == (True, False)
    assert first["entry"]["id"] == again["entry"]["id"]


def test_each_picture_of_many_has_its_own_result(catalogue: Running) -> None:
    answer = add(catalogue, ("red.png", new()), ("notes.txt", b"hello"))
    fine, refused = answer.json()["results"]
    assert fine["entry"]["name"] == "red.png"
    assert (refused["entry"], refused["new"]) == (None, False)
    assert refused["problem"]["code"] == "not-a-picture"
    assert refused["problem"]["detail"].startswith(
        "notes.txt is not a picture this build can read (it starts"
    )


def test_the_problem_of_the_only_picture_is_the_answer(catalogue: Running) -> None:
    answer = add(catalogue, ("notes.txt", b"hello"))
    assert (answer.status_code, answer.json()["code"]) == (415, "not-a-picture")


def test_bytes_alone_are_called_what_the_request_says(catalogue: Running) -> None:
    name = "holiday/\u202egpj.exe\n.jpg"
    answer = catalogue.client.post(f"{URL}/pictures", params={"name": name}, content=new())
    assert entry_of(answer)["name"] == "gpj.exe .jpg"
    assert entry_of(catalogue.client.post(f"{URL}/pictures", content=new()))["name"] == "upload"


@pytest.mark.slow
def test_hundreds_at_once_are_all_there_once(catalogue: Running) -> None:
    contents = [new(1) for _ in range(60)]

    def send(number: int) -> int:
        answer = add(catalogue, (f"{number}.png", contents[number % 60]))
        assert answer.status_code == 200
        return int(entry_of(answer)["id"])

    with ThreadPoolExecutor(24) as pool:
        numbers = list(pool.map(send, range(120)))
    assert len(set(numbers)) == 60
    assert numbers[:60] == numbers[60:]
    until(lambda: not catalogue.service.app.ingest.waits())
    assert catalogue.service.memory.used == 0
    jobs = [job for job in catalogue.service.app.jobs.list() if job.kind == "classify"]
    assert len(jobs) <= 3


def test_a_full_disk_is_told_and_nothing_of_it_stays(
    catalogue: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(opened: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    content = new()
    answer = add(catalogue, ("red.png", content))
    assert answer.status_code == 507
    assert answer.json()["reason"] == "disk-full"
    assert "is full; the picture was not added" in answer.json()["detail"]
    app = catalogue.service.app
    assert app.ingest.known([sha256(content).hexdigest()], owner=0) == []
    assert not app.originals.has(sha256(content).hexdigest())


def test_what_is_there_already_need_not_be_sent(catalogue: Running) -> None:
    content = new()
    add(catalogue, ("red.png", content))
    there, other = sha256(content).hexdigest(), sha256(new()).hexdigest()
    answer = catalogue.client.post(f"{URL}/known", json={"hashes": [other, there]})
    assert answer.json() == {"known": [there]}
    assert catalogue.client.post(f"{URL}/known", json={"hashes": ["x"]}).status_code == 422


def test_a_folder_of_the_server_is_added_by_a_job(catalogue: Running, tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(new())
    answer = catalogue.client.post(f"{URL}/folders", json={"path": str(tmp_path)})
    assert answer.status_code == 202
    job = catalogue.service.app.jobs.wait(answer.json()["id"], timeout=30)
    assert job.result is not None
    assert (job.state, job.result["added"], job.result["labels"]) == ("done", 1, {"red": 1})


@pytest.mark.parametrize("path", ["relative", "/no/such/folder", "/etc/passwd", "/\0"])
def test_what_is_no_folder_of_the_server_is_refused(catalogue: Running, path: str) -> None:
    answer = catalogue.client.post(f"{URL}/folders", json={"path": path})
    assert answer.status_code == 400
    assert "is not a folder of this server. Write the absolute path" in answer.json()["detail"]


def test_the_home_itself_is_no_folder_to_be_added(catalogue: Running, tmp_path: Path) -> None:
    home = catalogue.service.app.home.folder
    (tmp_path / "link").symlink_to(home / "pictures")
    for path in (home, home / "pictures", home / ".." / home.name, tmp_path / "link"):
        for watch in (False, True):
            answer = catalogue.client.post(f"{URL}/folders", json={"path": str(path), "watch": watch})
            assert answer.status_code == 400
            assert "is where tenfold keeps its own files" in answer.json()["detail"]


def test_a_thumbnail_is_asked_for_once(catalogue: Running) -> None:
    number = entry_of(add(catalogue, ("a.png", encoded(scene(400, 300), "PNG"))))["id"]
    answer = catalogue.client.get(f"{URL}/entries/{number}/thumbnail?side=100")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Cookie, Authorization"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = catalogue.client.get(
        f"{URL}/entries/{number}/thumbnail?side=128",
        headers={"If-None-Match": f'"x", W/{answer.headers["etag"]}'},
    )
    assert (again.status_code, again.content) == (304, b"")


def test_a_picture_comes_as_it_is_or_as_jpeg_and_with_a_safe_name(catalogue: Running) -> None:
    content = encoded(scene(), "TIFF")
    name = '<b>\u202e кіт".html'
    number = entry_of(catalogue.client.post(f"{URL}/pictures", params={"name": name}, content=content))["id"]
    shown = catalogue.client.get(f"{URL}/entries/{number}/picture")
    assert (shown.headers["content-type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
    kept = catalogue.client.get(f"{URL}/entries/{number}/picture?download=1")
    assert (kept.content, kept.headers["content-type"]) == (content, "image/tiff")
    assert kept.headers["content-disposition"] == (
        "attachment; filename*=utf-8''_b_%20%D0%BA%D1%96%D1%82_.html.tif"
    )
    tag = {"If-None-Match": shown.headers["etag"]}
    assert catalogue.client.get(f"{URL}/entries/{number}/picture", headers=tag).status_code == 304


@pytest.mark.parametrize("what", ["picture", "thumbnail"])
def test_an_entry_that_is_not_there_is_said_to_be_so(catalogue: Running, what: str) -> None:
    answer = catalogue.client.get(f"{URL}/entries/{2**62}/{what}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-in-catalogue")


def test_many_who_look_at_once_all_see_it(catalogue: Running) -> None:
    number = entry_of(add(catalogue, ("a.png", encoded(scene(800, 600), "PNG"))))["id"]
    barrier = threading.Barrier(12)

    def look(_: int) -> bytes:
        barrier.wait()
        return catalogue.client.get(f"{URL}/entries/{number}/thumbnail").content

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(look, range(12)))) == 1


def test_a_deleted_picture_that_is_sent_again_is_restored_by_an_action(catalogue: Running) -> None:
    content, actions = new(), catalogue.service.app.actions
    number = entry_of(add(catalogue, ("a.png", content)))["id"]
    actions.do("delete", [number])
    again = add(catalogue, ("a.png", content)).json()["results"][0]
    assert (again["new"], again["entry"]["id"], again["entry"]["deleted_at"]) == (True, number, None)
    assert [action.kind for action in actions.history(number)] == ["restore", "delete"]


def test_an_entry_that_failed_is_classified_again_when_a_person_asks(catalogue: Running) -> None:
    entry = entry_of(add(catalogue, ("red.png", new())))["id"]
    address = f"{URL}/entries/{entry}"
    until(lambda: catalogue.client.get(address).json()["state"] == "done")
    with catalogue.service.app.database.writing() as session:
        values = {"state": "failed", "label": None, "attempts": 3, "problem": {"detail": "It was tried."}}
        session.execute(update(Entry).where(Entry.id == entry).values(values))
    answer = catalogue.client.post(f"{address}/retry")
    assert (answer.status_code, answer.json()["problem"]) == (200, None)
    until(lambda: catalogue.client.get(address).json()["state"] == "done")
    assert catalogue.client.get(address).json()["label"] == "red"
    assert catalogue.client.post(f"{URL}/entries/{2**40}/retry").status_code == 404
