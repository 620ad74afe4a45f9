"""Datasets over HTTP: listed, looked through, checked."""

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fakes import BLUE, GREEN, RED, picture
from tests.web.conftest import Running, Serve


@pytest.fixture(scope="module")
def server(serve: Serve) -> Running:
    return serve()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "colours"
    for label, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        (place / label).mkdir(parents=True)
        for number in range(6):
            shade = tuple(max(0, value - 3 * number) for value in colour)
            (place / label / f"{number}.png").write_bytes(picture(shade, size=(48, 40)))  # type: ignore[arg-type]
    (place / "red" / "copy.png").write_bytes((place / "red" / "0.png").read_bytes())
    return place


def add(server: Running, folder: Path) -> str:
    answer = server.client.post("/api/v1/data", json={"source": str(folder)})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_cifar10_is_on_the_list_though_it_is_not_there(server: Running) -> None:
    first = server.client.get("/api/v1/data").json()["sets"][0]
    assert (first["id"], first["present"], first["listed"]) == ("cifar10", False, False)
    answer = server.client.get("/api/v1/data/cifar10")
    assert answer.status_code == 422
    assert "Run `tenfold data fetch cifar10`" in answer.json()["detail"]


def test_a_folder_is_added_and_looked_through(server: Running, folder: Path) -> None:
    key = add(server, folder)
    facts = server.client.get(f"/api/v1/data/{key}").json()
    assert facts["parts"] == {"all": {"blue": 6, "green": 6, "red": 7}}
    assert facts["total"] == 19
    page = server.client.get(f"/api/v1/data/{key}/pictures", params={"label": "green", "limit": 2}).json()
    assert page["total"] == 6
    assert [one["source"] for one in page["pictures"]] == ["green/0.png", "green/1.png"]
    shown = server.client.get(f"/api/v1/data/{key}/pictures/{page['pictures'][0]['number']}")
    assert shown.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(shown.content)).getpixel((0, 0)) == GREEN


def test_a_folder_that_gains_a_picture_is_listed_again(server: Running, folder: Path) -> None:
    key = add(server, folder)
    assert server.client.get(f"/api/v1/data/{key}").json()["total"] == 19
    (folder / "blue" / "new.png").write_bytes(picture(BLUE))
    assert server.client.get(f"/api/v1/data/{key}").json()["total"] == 20


def test_files_of_a_manifest_that_are_not_there_are_named_and_the_rest_is_looked_through(
    server: Running, folder: Path
) -> None:
    manifest = folder / "list.csv"
    manifest.write_text("path,label\nred/0.png,red\nred/gone.png,red\nblue/1.png,blue\nred/gone.png,blue\n")
    key = add(server, manifest)
    facts = server.client.get(f"/api/v1/data/{key}").json()
    assert facts["parts"] == {"all": {"blue": 1, "red": 1}}
    assert [(one["source"], one["code"]) for one in facts["skipped"]] == [("red/gone.png", "missing")]
    assert server.client.post(f"/api/v1/data/{key}/check").status_code == 200


def test_a_dataset_that_is_gone_is_told_and_can_be_forgotten(server: Running, folder: Path) -> None:
    key = add(server, folder)
    folder.rename(folder.with_name("elsewhere"))
    answer = server.client.get(f"/api/v1/data/{key}")
    assert answer.status_code == 422
    assert "Put it back, or take it off the list." in answer.json()["detail"]
    assert server.client.delete(f"/api/v1/data/{key}").status_code == 204
    assert server.client.get(f"/api/v1/data/{key}").status_code == 404


@pytest.mark.parametrize(
    "source", ["nowhere", "", " ", "\x00", "cifar10/../..", "~nobody-of-that-name", "x" * 5000]
)
def test_what_is_no_dataset_is_not_added(server: Running, source: str) -> None:
    answer = server.client.post("/api/v1/data", json={"source": source})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_tenfold_s_own_files_are_no_dataset(server: Running, tmp_path: Path) -> None:
    home = server.service.app.home.folder
    (tmp_path / "link").symlink_to(home)
    for source in (home, home / "pictures", tmp_path / "link"):
        answer = server.client.post("/api/v1/data", json={"source": str(source)})
        assert answer.status_code == 422
        assert "lie where tenfold keeps its own files" in answer.json()["detail"]


def test_what_is_no_picture_in_a_dataset_is_not_quoted(server: Running, folder: Path) -> None:
    (folder / "red" / "notes").write_bytes(b"root:x:0:0")
    key = add(server, folder)
    page = server.client.get(f"/api/v1/data/{key}/pictures", params={"limit": 100}).json()
    (number,) = [one["number"] for one in page["pictures"] if one["source"] == "red/notes"]
    answer = server.client.get(f"/api/v1/data/{key}/pictures/{number}")
    assert answer.json()["detail"].startswith("red/notes is not a picture this build can read. Supported")


def test_a_picture_that_is_not_there_is_told(server: Running, folder: Path) -> None:
    answer = server.client.get(f"/api/v1/data/{add(server, folder)}/pictures/99")
    assert answer.status_code == 422
    assert "has no picture 99 (it has 19, counted from 0)" in answer.json()["detail"]


def test_a_picture_opens_at_its_full_size(server: Running, folder: Path) -> None:
    (folder / "red" / "0.png").write_bytes(picture(size=(1000, 700)))
    (folder / "red" / "1.png").write_bytes(picture(size=(2400, 1600)))
    key = add(server, folder)
    listed = server.client.get(f"/api/v1/data/{key}/pictures").json()["pictures"]
    numbers = {one["source"]: one["number"] for one in listed}
    for name, small, full, kind in (
        ("red/0.png", (256, 179), (1000, 700), "PNG"),
        ("red/1.png", (256, 171), (2400, 1600), "JPEG"),
    ):
        address = f"/api/v1/data/{key}/pictures/{numbers[name]}"
        with Image.open(BytesIO(server.client.get(address).content)) as image:
            assert (image.size, image.format) == (small, "PNG")
        with Image.open(BytesIO(server.client.get(address, params={"full": True}).content)) as image:
            assert (image.size, image.format) == (full, kind)


@pytest.mark.slow
def test_a_check_finds_the_copy_and_keeps_its_page(server: Running, folder: Path) -> None:
    key = add(server, folder)
    before = server.client.get(f"/api/v1/data/{key}/check")
    assert before.status_code == 404
    assert "was not made yet" in before.json()["detail"]
    job = finished(server, server.client.post(f"/api/v1/data/{key}/check").json())
    assert job["state"] == "done", job
    found = {one["name"]: one for one in server.client.get(f"/api/v1/data/{key}/check").json()["problems"]}
    assert found["exact"]["findings"] == 1
    pair = found["exact"]["examples"][0]["pictures"]
    assert sorted(one["source"] for one in pair) == ["red/0.png", "red/copy.png"]
    for one in pair:
        where = server.client.get(
            f"/api/v1/data/{key}/pictures", params={"offset": one["number"], "limit": 1}
        )
        assert where.json()["pictures"][0]["source"] == one["source"], "the number is that of the picture"
    (folder / "red" / "copy.png").unlink()
    again = server.client.get(f"/api/v1/data/{key}/check").json()["problems"]
    pair = next(one for one in again if one["name"] == "exact")["examples"][0]["pictures"]
    assert [one["number"] is None for one in pair if one["source"] == "red/copy.png"] == [True]
    page = server.client.get(f"/api/v1/data/{key}/check/page")
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in page.headers["content-security-policy"]
    assert "copy.png" in page.text


def finished(server: Running, job: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
        job = server.client.get(f"/api/v1/jobs/{job['id']}").json()
    return job
