"""Models over HTTP, and exchanging the live one while others ask."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tenfold.database import now
from tenfold.inference import Classifier
from tenfold.modelfile import ClassName
from tenfold.models.registry import Registry
from tenfold.models.tables import RegisteredModel
from tests import tiny
from tests.fakes import LocalRegistry, picture
from tests.waiting import until
from tests.web.conftest import Running, Serve

MODELS = "/api/v1/models"


@pytest.fixture(scope="module")
def server(serve: Serve) -> Running:
    """A server with real models; each test leaves the bundled one live."""
    return serve(Classifier(threads=1), max_model_bytes=50_000, threads=1)


@pytest.fixture
def registry(server: Running) -> Registry:
    return server.service.app.registry


@pytest.fixture
def added(server: Running) -> str:
    """The tiny model's hash, once it is added."""
    answer = server.client.post(f"{MODELS}?name=tiny.onnx", content=tiny.MODEL.read_bytes())
    assert answer.status_code == 201
    return str(answer.json()["hash"])


@pytest.mark.slow
def test_a_model_is_added_made_live_rolled_back_and_removed(server: Running, added: str) -> None:
    client = server.client
    bundled = client.get(MODELS).json()["live"]
    known = {one["hash"]: one for one in client.get(MODELS).json()["models"]}
    assert known[added] == known[added] | {"name": "tiny", "origin": "file", "run": None, "live": False}
    assert known[bundled]["live"] is True

    answer = client.post(f"{MODELS}/{added}/live").json()
    assert (answer["name"], answer["previous_name"], answer["reason"]) == (
        "tiny",
        "photo",
        "chosen",
    )
    until(lambda: client.get("/api/v1/model").json()["sha256"] == added)
    listed = client.get(MODELS).json()
    assert (listed["live"], listed["back"]) == (added, bundled)
    refused = client.delete(f"{MODELS}/{added}")
    assert (refused.status_code, refused.json()["problem"]) == (409, "is live")

    assert client.post(f"{MODELS}/rollback").json()["hash"] == bundled
    until(lambda: client.get("/api/v1/model").json()["sha256"] == bundled)
    assert client.delete(f"{MODELS}/{added}").status_code == 204
    assert added not in [one["hash"] for one in client.get(MODELS).json()["models"]]
    refused = client.post(f"{MODELS}/rollback")
    assert (refused.status_code, refused.json()["code"]) == (409, "registry-error")
    reasons = [change["reason"] for change in client.get(f"{MODELS}/history").json()["changes"]]
    assert reasons == ["rollback", "chosen", "start"]
    actions = [(one.action, one.subject) for one in server.service.app.audit.latest(limit=4)]
    assert actions == [
        ("model.remove", "tiny"),
        ("model.rollback", "photo"),
        ("model.live", "tiny"),
        ("model.add", "tiny"),
    ]


@pytest.mark.slow
def test_insisting_is_remembered(server: Running, added: str) -> None:
    answer = server.client.post(f"{MODELS}/{added}/live", json={"insist": True}).json()
    assert answer["reason"] == "insisted"
    server.client.post(f"{MODELS}/rollback")


def test_a_model_file_comes_back_as_it_was_sent(server: Running, added: str) -> None:
    answer = server.client.get(f"{MODELS}/{added}/file")
    assert answer.content == tiny.MODEL.read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="tiny-{added[:8]}.onnx"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_name_from_inside_a_file_cannot_leave_its_place(server: Running, tmp_path: Path) -> None:
    odd = tiny.variant(tmp_path / "odd.onnx", name='../"\r\nSet-Cookie: a=b')
    key = server.client.post(MODELS, content=odd.read_bytes()).json()["hash"]
    told = server.client.get(f"{MODELS}/{key}/file").headers
    assert told["content-disposition"] == f'attachment; filename="Set-Cookie-a-b-{key[:8]}.onnx"'
    assert "set-cookie" not in told


@pytest.mark.parametrize(
    ("content", "status", "code", "words"),
    [
        (b"", 400, "no-file", "The request holds no model file (it has no body). Send the file's bytes"),
        (b"hello", 422, "model-file-error", "The model file mine.onnx was not made by tenfold (it starts"),
        (
            b"x" * 50_001,
            413,
            "upload-too-large",
            "The model file is too large (it has 0.050001 MB; the limit",
        ),
    ],
)
def test_what_is_no_model_file_is_refused(
    server: Running, content: bytes, status: int, code: str, words: str
) -> None:
    answer = server.client.post(f"{MODELS}?name=mine.onnx", content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].startswith(words.split(" MB")[0][:60])


def test_an_upload_that_does_not_say_how_long_it_is_has_the_same_limit(server: Running) -> None:
    answer = server.client.post(MODELS, content=iter([b"x" * 30_000] * 4))
    assert (answer.status_code, answer.json()["code"]) == (413, "upload-too-large")


def test_a_form_is_told_how_to_send_the_file(server: Running) -> None:
    answer = server.client.post(MODELS, files={"file": ("tiny.onnx", tiny.MODEL.read_bytes())})
    assert answer.status_code == 400
    assert answer.json()["detail"] == (
        "The request holds no model file (a form). Send the file's bytes as the body."
    )


@pytest.mark.parametrize(("method", "place"), [("POST", "live"), ("GET", "file"), ("DELETE", "")])
def test_an_unknown_model_is_not_found(server: Running, method: str, place: str) -> None:
    answer = server.client.request(method, f"{MODELS}/{'0' * 64}/{place}".rstrip("/"))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-model")


@pytest.mark.slow
def test_a_server_follows_what_a_command_makes_live(server: Running, added: str) -> None:
    app = server.service.app
    bundled = app.registry.live()
    elsewhere = LocalRegistry(app.database, app.home.blobs("models"))
    began = time.monotonic()
    elsewhere.go_live(added, by=0)
    until(lambda: server.client.get("/api/v1/model").json()["sha256"] == added)
    assert time.monotonic() - began < 5
    elsewhere.go_live(bundled, by=0)
    until(lambda: server.client.get("/api/v1/model").json()["sha256"] == bundled)


@pytest.mark.slow
def test_while_models_switch_back_and_forth_every_answer_is_that_of_the_model_it_names(
    serve: Serve, tmp_path: Path
) -> None:
    labels = {name: tuple(f"{name} {k}" for k in range(10)) for name in ("left", "right")}
    models = {
        name: tiny.variant(tmp_path / f"{name}.onnx", name=name, classes=tuple(map(ClassName, those)))
        for name, those in labels.items()
    }
    busy = serve(Classifier(models["left"], threads=1), threads=1)
    switch = busy.service.app.model_switch
    keys = {name: switch.add(path, name=name, by=0).hash for name, path in models.items()}
    by_key = {keys[name]: set(those) for name, those in labels.items()}
    pictures = [("files", (f"{n}.png", picture(size=(40, 30)))) for n in range(3)]
    ended, seen, faults = threading.Event(), set[str](), list[str]()

    def ask() -> None:
        import httpx

        with httpx.Client(base_url=busy.address, timeout=30, trust_env=False) as client:
            while not ended.is_set():
                answer = client.post("/api/v1/classify", files=pictures)
                if answer.status_code != 200:
                    faults.append(answer.text)
                    return
                told = answer.json()
                seen.add(told["model"])
                for one in told["results"]:
                    if set(one["prediction"]["probabilities"]) != by_key[told["model"]]:
                        faults.append(f"{told['model']}: {one}")

    askers = [threading.Thread(daemon=True, target=ask) for _ in range(6)]
    for one in askers:
        one.start()
    for _ in range(3):
        for name in ("right", "left"):
            switch.go_live(keys[name], by=0)
            time.sleep(0.03)
    ended.set()
    for one in askers:
        one.join()
    assert faults == []
    assert seen == set(by_key)


@pytest.mark.slow
def test_one_bad_row_or_file_does_not_break_the_list(serve: Serve) -> None:
    running = serve()
    app = running.service.app
    at: dict[str, Any] = {"added_at": now(), "added_by": 0, "origin": "file", "input_size": 32, "bytes": 3}
    bad: dict[str, dict[str, Any]] = {
        "surrogate": {"classes": ["cat", "\ud800"]},
        "none": {"classes": None},
        "nul": {"classes": ["a\0b"], "name": "a\0b"},
        "nan": {"classes": ["a"], "accuracy": float("nan"), "accuracy_low": float("inf")},
        "gone": {"classes": ["a"]},
        "short": {"classes": ["a"], "bytes": 4},
    }
    folder = app.home.blobs("models")
    folder.mkdir(exist_ok=True)
    with app.database.writing() as session:
        for name, columns in bad.items():
            if name != "gone":
                (folder / f"{name}.onnx").write_bytes(b"abc")
            session.add(
                RegisteredModel(**{"hash": name, "name": name, "file": f"{name}.onnx", **at, **columns})
            )
    answer = running.client.get(MODELS)
    assert answer.status_code == 200
    faults = {one["hash"]: one["fault"] for one in answer.json()["models"]}
    assert {name: faults[name] for name in bad} == {
        "surrogate": "damaged",
        "none": "damaged",
        "nul": None,
        "nan": None,
        "gone": "missing",
        "short": "damaged",
    }
    assert running.client.get(f"{MODELS}/history").status_code == 200


def test_the_report_on_the_bundled_model_is_there_without_training(server: Running) -> None:
    client = server.client
    bundled = client.get(MODELS).json()["live"]
    report = client.get(f"{MODELS}/{bundled}/report").json()
    assert (report["source"], report["data"], report["pictures"], report["page"]) == (
        "report", "CIFAR-10", 10_000, True
    )  # fmt: skip
    assert report["confusion"][3][5] > 0, "cats that are taken for dogs"
    assert [one["label"] for one in report["classes"]][:2] == ["airplane", "automobile"]
    page = client.get(f"{MODELS}/{bundled}/report/page")
    assert page.headers["content-security-policy"].startswith("sandbox ")
    assert "<title>" in page.text
    assert client.get(f"{MODELS}/{'0' * 64}/report").status_code == 404


def test_a_model_file_that_was_added_tells_of_itself(server: Running, tmp_path: Path) -> None:
    measured = tiny.variant(tmp_path / "one.onnx", scores={"test": {"accuracy": 0.75, "pictures": 40}})
    added = server.client.post(f"{MODELS}?name=one.onnx", content=measured.read_bytes()).json()["hash"]
    report = server.client.get(f"{MODELS}/{added}/report").json()
    assert (report["source"], report["confusion"], report["classes"], report["page"]) == (
        "file", None, [], False
    )  # fmt: skip
    assert (report["accuracy"], report["pictures"], report["kept"]) == (0.75, 40, None)
    assert server.client.get(f"{MODELS}/{added}/report/page").status_code == 404


def test_what_has_to_be_known_beside_a_model_s_figures_comes_with_them(
    server: Running, tmp_path: Path
) -> None:
    few = {
        "kind": "few-pictures",
        "sentence": "9 pictures are too few.",
        "figures": {"n": 9, "low": 0.1, "high": 0.6},
    }
    sure = {"kind": "perfect-validation", "sentence": "All 8 were right.", "figures": {"n": 8}}
    later = {"kind": "of-a-later-version", "sentence": "x"}
    scores = {
        "test": {"accuracy": 0.75, "pictures": 9, "caveats": [few, later, 7]},
        "validation": {"caveats": [sure]},
    }
    path = tiny.variant(tmp_path / "few.onnx", scores=scores)
    answer = server.client.post(MODELS, content=path.read_bytes()).json()
    listed = next(one for one in server.client.get(MODELS).json()["models"] if one["hash"] == answer["hash"])
    whole = {"classes": {}, "more": 0}
    assert listed["caveats"] == answer["caveats"] == [few | whole, sure | whole]
    report = server.client.get(f"{MODELS}/{answer['hash']}/report").json()
    assert report["caveats"] == [few | whole]
