"""The API on blob stores that are no folders."""

from tenfold.cameras.address import parse
from tenfold.cameras.clips import Reconciled
from tenfold.database import now
from tests import tiny
from tests.fakes import RED, MemoryApp, picture
from tests.waiting import until
from tests.web.conftest import Serve

CATALOGUE = "/api/v1/catalogue"


def test_pictures_and_models_come_back_from_a_store_in_memory(serve: Serve) -> None:
    running = serve(made=MemoryApp)
    client, app = running.client, running.service.app
    assert isinstance(app, MemoryApp)
    answer = client.post(f"{CATALOGUE}/pictures", files=[("files", ("red.png", picture(RED)))])
    number = answer.json()["results"][0]["entry"]["id"]
    until(lambda: client.get(f"{CATALOGUE}/entries/{number}").json()["label"] == "red")
    for query in ("", "?download=true"):
        shown = client.get(f"{CATALOGUE}/entries/{number}/picture{query}")
        assert shown.content == picture(RED)
        assert int(shown.headers["content-length"]) == len(picture(RED))
    tag = shown.headers["etag"]
    again = client.get(f"{CATALOGUE}/entries/{number}/picture", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert client.get(f"{CATALOGUE}/entries/{number}/thumbnail").headers["content-type"] == "image/jpeg"
    key = app.model_switch.add(tiny.MODEL, name="tiny.onnx", by=0).hash
    assert client.get(f"/api/v1/models/{key}/file").content == tiny.MODEL.read_bytes()
    row = app.clips.begin(app.cameras.add("door", parse("usb:0"), by=0).id, "events", now())
    app.clips.written_to(row).write_bytes(b"a clip")
    app.clips.store(row.id)
    assert app.clips.reconcile() == Reconciled(0, 0)
    part = client.get(f"/api/v1/clips/{row.id}.mp4", headers={"Range": "bytes=2-"})
    assert (part.status_code, part.content) == (206, b"clip")
    assert sorted(app.stores) == ["clips", "drafts", "events", "models", "pictures", "thumbnails"]
