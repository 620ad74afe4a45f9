"""Datasets that are sent: in pieces, resumed, unpacked into the list, stopped, refused, and deleted."""

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import BLUE, GREEN, picture
from tests.web.conftest import Running, Serve

UPLOADS = "/api/v1/data-uploads"


@pytest.fixture
def server(serve: Serve) -> Running:
    return serve()


def archive(**more: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for label, colour in (("blue", BLUE), ("green", GREEN)):
            for n in range(4):
                zipped.writestr(f"colours/{label}/{n}.png", picture(colour, size=(40, 40 + n)))
        for name, content in more.items():
            zipped.writestr(name, content)
    return out.getvalue()


def begin(server: Running, content: bytes, name: str = "colours.zip") -> str:
    answer = server.client.post(UPLOADS, json={"name": name, "bytes": len(content)})
    assert answer.status_code == 201, answer.text
    return f"{UPLOADS}/{answer.json()['id']}"


def send(server: Running, upload: str, content: bytes, offset: int = 0) -> Any:
    return server.client.put(upload, params={"offset": offset}, content=content)


def finished(server: Running, upload: str) -> dict[str, Any]:
    job = server.client.post(f"{upload}/finish").json()
    deadline = time.monotonic() + 60
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
        job = server.client.get(f"/api/v1/jobs/{job['id']}").json()
    return dict(job)


def left(server: Running) -> list[Path]:
    home = server.service.app.home
    return [*home.data_uploads.glob("*"), *home.uploaded_data.glob("*")]


def test_it_is_sent_in_pieces_and_is_a_dataset_like_any_other(server: Running) -> None:
    content = archive()
    upload = begin(server, content)
    assert send(server, upload, content[:100]).json()["received"] == 100
    refused = send(server, upload, content[50:])
    assert (refused.status_code, "does not fit" in refused.json()["detail"]) == (422, True)
    early = server.client.post(f"{upload}/finish")
    assert f"100 of {len(content):,} bytes are here" in early.json()["detail"]
    there = server.client.get(upload).json()["received"]
    assert send(server, upload, content[there:], there).json()["received"] == len(content)

    job = finished(server, upload)
    assert (job["state"], job["result"]["name"], job["result"]["files"]) == ("done", "colours", 8)
    key = job["result"]["id"]
    assert server.client.get(f"/api/v1/data/{key}").json()["classes"] == ["blue", "green"]
    assert server.client.get(f"/api/v1/data/{key}/pictures/0").headers["content-type"] == "image/png"
    sets = {one["id"]: one for one in server.client.get("/api/v1/data").json()["sets"]}
    assert (sets[key]["uploaded"], sets[key]["listed"], sets["cifar10"]["uploaded"]) == (True, True, False)
    assert server.client.get(upload).status_code == 422, "what was sent is not kept twice"
    assert server.client.delete(f"/api/v1/data/{key}").status_code == 204
    assert left(server) == []


def test_one_that_is_stopped_leaves_nothing(server: Running) -> None:
    upload = begin(server, archive())
    send(server, upload, archive()[:100])
    assert server.client.delete(upload).status_code == 204
    assert server.client.get(upload).status_code == 422
    assert left(server) == []


def test_no_more_comes_than_was_said(server: Running) -> None:
    upload = begin(server, b"12345")
    assert "goes beyond the archive's 5 bytes" in send(server, upload, b"123456").json()["detail"]
    answer = server.client.post(UPLOADS, json={"name": "a.zip", "bytes": 5_000_000_000})
    assert "is too large (5,000 MB; the limit is 4,000 MB)" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("more", "words"),
    [({"../out.png": b"x"}, "leads out of its folder"), ({"x/y.png": b"x"}, "")],
)
def test_what_cannot_be_a_dataset_is_refused_and_deleted(
    server: Running, more: dict[str, bytes], words: str
) -> None:
    content = archive(**more) if words else b"no archive at all"
    upload = begin(server, content)
    send(server, upload, content)
    job = finished(server, upload)
    assert job["state"] == "failed"
    assert (words or "cannot be unpacked") in job["problem"]["detail"]
    assert left(server) == []


@pytest.mark.parametrize("upload", ["..", "0" * 24, "%2e%2e", "x"])
def test_an_upload_that_is_not_known_is_none(server: Running, upload: str) -> None:
    assert server.client.get(f"{UPLOADS}/{upload}").status_code in (404, 422)
    assert server.client.delete(f"{UPLOADS}/{upload}").status_code in (404, 405, 422)
