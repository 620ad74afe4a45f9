"""A server whose disk is full says so, shows what it has, and goes on once there is room."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment.disks import fill, small_disk
from tests.fakes import BLUE, RED, picture
from tests.web.conftest import Running, Serve

LONG = 60.0
PNG = {"Content-Type": "image/png"}


@pytest.fixture
def running(serve: Serve, tmp_path: Path) -> Iterator[Running]:
    with small_disk(tmp_path / "disk", "8m") as disk:
        yield serve(home=disk / "home")


def add(running: Running, colour: tuple[int, int, int]) -> tuple[int, dict[str, object]]:
    answer = running.client.post("/api/v1/catalogue/pictures", content=picture(colour), headers=PNG)
    return answer.status_code, answer.json()


def until(running: Running, status: int, reason: str = "") -> dict[str, object]:
    """What /readyz answers once it has this status, and this reason."""
    ends = time.monotonic() + LONG
    while (answer := running.client.get("/readyz")).status_code != status or (
        answer.json().get("reason", "") != reason
    ):
        assert time.monotonic() < ends
        time.sleep(0.2)
    return dict(answer.json())


@pytest.mark.slow
def test_a_full_disk_is_told_by_one_code_and_pictures_are_shown_all_the_same(
    running: Running, tmp_path: Path
) -> None:
    assert add(running, RED)[0] == 200
    assert running.client.get("/readyz").status_code == 200
    filling = fill(tmp_path / "disk")

    status, problem = add(running, BLUE)
    assert (status, problem["reason"]) == (507, "disk-full")
    correction = {"kind": "correct", "entries": [1], "label": "blue"}
    refused = running.client.post("/api/v1/catalogue/actions", json=correction)
    if refused.status_code != 200:  # SQLite's journal may have room for one more
        assert (refused.status_code, refused.json()["reason"]) == (507, "disk-full")
        assert "try again" not in refused.json()["detail"].lower()

    small = running.client.get("/api/v1/catalogue/entries/1/thumbnail")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    ready = until(running, 503, "disk-full")
    assert "its disk is full" in str(ready["detail"])

    filling.unlink()
    until(running, 200)
    assert add(running, BLUE)[0] == 200


def test_an_upload_that_finds_no_room_is_refused_with_its_code_and_taken_once_there_is(
    running: Running, tmp_path: Path
) -> None:
    filling = fill(tmp_path / "disk")
    status, problem = add(running, RED)
    assert (status, problem["reason"]) == (507, "disk-full")
    filling.unlink()
    assert add(running, RED)[0] == 200
