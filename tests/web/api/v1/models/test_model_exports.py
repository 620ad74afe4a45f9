"""Exports of registered models: made by a job, kept with their receipts, refused where they differ."""

import json
from pathlib import Path
from typing import Any

import pytest

from tenfold.export.formats import FORMATS
from tenfold.export.receipt import FileFacts, read_receipt
from tests import tiny
from tests.web.conftest import Running, Serve
from tests.web.signed_in import staff

MODELS, DATA = "/api/v1/models", "/api/v1/data"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(serve: Serve) -> Running:
    return serve(threads=1)


@pytest.fixture(scope="module")
def model(server: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model whose name no file could have."""
    path = tiny.variant(tmp_path_factory.mktemp("models") / "shades.onnx", name="_shades / 2")
    return server.service.app.model_switch.add(path, name="shades", by=0).hash


@pytest.fixture(scope="module")
def data(server: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a dataset of the model's classes."""
    folder = tiny.folder(tiny.shades(60, side=40), tmp_path_factory.mktemp("private") / "pictures")
    return str(server.client.post(DATA, json={"source": str(folder)}).json()["id"])


def exported(server: Running, model: str, **asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The job of an export after its end, and the export."""
    answer = server.client.post(f"{MODELS}/{model}/exports", json=asked)
    assert answer.status_code == 202, answer.text
    server.service.app.jobs.wait(answer.json()["id"], timeout=120)
    job = server.client.get(f"/api/v1/jobs/{answer.json()['id']}").json()
    kept = server.client.get(f"{MODELS}/{model}/exports").json()["exports"]
    return job, next(one for one in kept if one["id"] == job["id"])


@pytest.fixture(scope="module")
def good(server: Running, model: str, data: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An export of which little agreement was asked for; the small model is too narrow for more."""
    return exported(server, model, format="onnx-int8", data=data, least=0.1)


def test_an_export_is_kept_with_its_receipt(
    server: Running, model: str, good: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    job, kept = good

    assert (job["state"], job["problem"], job["title"]) == (
        "done",
        None,
        "Export _shades / 2 to ONNX, 8-bit integers",
    )
    assert job["result"] == {
        "model": model,
        "export": job["id"],
        "agreement": kept["agreement"]["value"],
    }
    assert (kept["refused"], kept["format"], kept["data"], kept["least"]) == (
        False, "onnx-int8", "pictures", 0.1,
    )  # fmt: skip
    assert [one["name"] for one in kept["files"]] == ["shades-2-int8.onnx"]
    address = f"{MODELS}/{model}/exports/{job['id']}"
    for name in (kept["files"][0]["name"], kept["receipt"]):
        (tmp_path / name).write_bytes(server.client.get(f"{address}/files/{name}").content)
    receipt = read_receipt(tmp_path / kept["receipt"])
    assert receipt.files == (FileFacts.of(tmp_path / kept["files"][0]["name"]),)
    assert kept["disagreed"] == receipt.pictures - round(receipt.agreement.value * receipt.pictures)
    page = server.client.get(f"{address}/receipt")
    assert "<title>_shades / 2 as ONNX, 8-bit integers: receipt</title>" in page.text
    assert page.headers["content-security-policy"].startswith("sandbox ")


def test_the_worst_disagreements_are_pictures(
    server: Running, model: str, good: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    job, kept = good
    address = f"{MODELS}/{model}/exports/{job['id']}/disagreements"

    assert kept["disagreements"], "the small model is too narrow to agree everywhere"
    for number in range(len(kept["disagreements"])):
        found = server.client.get(f"{address}/{number}")
        assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
        assert found.content.startswith(b"\x89PNG")
    assert server.client.get(f"{address}/{len(kept['disagreements'])}").status_code == 404


def test_what_answers_otherwise_leaves_its_receipt_and_no_file(
    server: Running, model: str, data: str
) -> None:
    job, kept = exported(server, model, format="onnx-int8", data=data, least=1)

    assert (job["state"], job["problem"]["reason"]) == ("failed", "export-differs")
    assert job["problem"]["status"] == 422, "the page says what is wrong, and not that the server failed"
    assert kept["refused"]
    assert kept["files"] == []
    address = f"{MODELS}/{model}/exports/{job['id']}"
    assert server.client.get(f"{address}/files/shades-2-int8.onnx").status_code == 404
    assert server.client.get(f"{address}/files/{kept['receipt']}").json()["least"] == 1
    assert server.client.get(f"{address}/receipt").status_code == 200
    blobs = server.service.app.blobs("exports").all_keys(f"{model}/{job['id']}")
    assert not [key for key in blobs if key.endswith(".onnx")]


def test_a_deleted_export_leaves_nothing(server: Running, model: str, data: str) -> None:
    job, _ = exported(server, model, format="onnx-int8", data=data, least=0.2)
    address = f"{MODELS}/{model}/exports/{job['id']}"

    assert server.client.delete(address).status_code == 204
    assert server.client.delete(address).status_code == 404
    assert list(server.service.app.blobs("exports").all_keys(f"{model}/{job['id']}")) == []
    actions = [one["action"] for one in server.client.get("/api/v1/audit").json()]
    assert actions[:2] == ["model.export.delete", "model.export"]


def test_the_formats_say_what_has_to_be_installed(
    server: Running, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.export.formats.format.find_spec", lambda name: name == "onnx" or None)
    told = server.client.get(f"{MODELS}/{model}/exports").json()["formats"]

    assert [one["name"] for one in told] == list(FORMATS)
    commands = {one["name"]: one["install"] for one in told}
    assert commands["openvino"] == 'pip install "tenfold[openvino]"'
    asked = server.client.post(f"{MODELS}/{model}/exports", json={"format": "openvino"})
    assert (asked.status_code, asked.json()["reason"]) == (501, "extra-missing")
    assert asked.json()["params"] == {"command": 'pip install "tenfold[openvino]"'}


@pytest.mark.quick
def test_what_cannot_be_exported_is_refused_at_once(server: Running, model: str, data: str) -> None:
    def told(key: str, **asked: Any) -> tuple[int, str]:
        answer = server.client.post(f"{MODELS}/{key}/exports", json=asked)
        return answer.status_code, answer.json().get("reason", "")

    assert told("0" * 64, format="onnx-int8", data=data) == (404, "")
    assert told("../..", format="onnx-int8", data=data)[0] == 404
    assert told(model, format="nothing", data=data) == (400, "")
    assert told(model, format="onnx-int8", data="unknown")[0] == 404
    assert told(model, format="onnx-int8", data=data, least=1.5)[0] == 422
    assert told(model, format="onnx-int8") == (400, "no-pictures-to-measure")
    assert server.client.get(f"{MODELS}/{model}/exports").json()["data"] is None


def test_a_viewer_sees_receipts_without_folders_of_the_server(serve: Serve, tmp_path: Path) -> None:
    secret = "who-put-it-there"
    folder = tiny.folder(tiny.shades(60, side=40), tmp_path / secret / "pictures")
    with staff(serve, threads=1) as staffed:
        source = staffed.ann.post(DATA, json={"source": str(folder)}).json()["id"]
        app = staffed.running.service.app
        key = app.model_switch.add(tiny.MODEL, name="tiny", by=0).hash
        asked = {"format": "onnx-int8", "data": source, "least": 0.1}
        job = staffed.ann.post(f"{MODELS}/{key}/exports", json=asked).json()
        app.jobs.wait(job["id"], timeout=120)

        listed = staffed.vic.get(f"{MODELS}/{key}/exports")
        [kept] = listed.json()["exports"]
        address = f"{MODELS}/{key}/exports/{kept['id']}"
        read = staffed.vic.get(f"{address}/files/{kept['receipt']}")
        page = staffed.vic.get(f"{address}/receipt")
        assert json.loads(read.content)["source"] == "pictures"
        assert not [one for one in (listed, read, page) if secret in one.text]
        assert secret in staffed.ann.get(f"{address}/files/{kept['receipt']}").text
        assert staffed.vic.get(f"{address}/files/{kept['files'][0]['name']}").status_code == 200
        assert staffed.vic.delete(address).status_code == 403


def test_other_receipts_in_the_folder_are_read_past(server: Running, model: str) -> None:
    blobs = server.service.app.blobs("exports")
    blobs.put(f"{model}/1/broken.onnx.receipt.json", b"{}")
    blobs.put(f"{model}/2/half.onnx", b"written until the server was killed")

    kept = server.client.get(f"{MODELS}/{model}/exports").json()["exports"]
    assert not {"1", "2"} & {one["id"] for one in kept}
