"""Own classes over HTTP: naming, pictures, learning, trying, keeping, undoing, and whose a draft is."""

from pathlib import Path
from typing import Any

import pytest

from tenfold.inference import Classifier
from tenfold.runtime.foundation import part
from tests.environment.disks import fill, small_disk
from tests.fakes import BLUE, GREEN, RED, FakeApp, picture
from tests.teaching import backbone
from tests.web.conftest import Running, Serve
from tests.web.signed_in import staff

AT = "/api/v1/drafts"


class TeachingApp(FakeApp):
    """The container with a tiny backbone to teach from."""

    @part
    def backbone(self) -> Path:
        self.home.folder.mkdir(parents=True, exist_ok=True)
        return backbone.write(self.home.folder / "backbone.onnx")


@pytest.fixture
def running(serve: Serve) -> Running:
    return serve(made=TeachingApp)


def shades(colour: tuple[int, int, int], count: int, first: int = 0) -> list[tuple[str, tuple[str, bytes]]]:
    """A form with pictures that are nearly of one colour."""
    near = [tuple(max(0, min(255, c + 3 * (first + n))) for c in colour) for n in range(count)]
    return [("files", (f"{n}.png", picture((r, g, b)))) for n, (r, g, b) in enumerate(near)]


def begun(running: Running, *classes: str) -> tuple[str, list[int]]:
    made = running.client.post(AT, json={"name": "Mine", "classes": classes})
    assert made.status_code == 201, made.text
    draft = made.json()
    return f"{AT}/{draft['id']}", [one["id"] for one in draft["classes"]]


def send(running: Running, at: str, part: int, files: Any, **query: Any) -> dict[str, Any]:
    answer = running.client.post(f"{at}/classes/{part}/pictures", files=files, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_two_classes_are_taught_tried_and_kept_and_answer_the_same_everywhere(
    running: Running, tmp_path: Path
) -> None:
    at, (red, blue) = begun(running, "red", "blue")
    assert send(running, at, red, shades(RED, 6))["added"] == 6
    send(running, at, blue, shades(BLUE, 6))
    draft = running.client.post(f"{at}/fit").json()
    fit = draft["fit"]
    assert (fit["version"], fit["classes"], fit["counts"]) == (draft["version"], ["red", "blue"], [6, 6])
    assert (fit["accuracy"]["value"], fit["accuracy"]["n"]) == (1.0, 12)
    assert fit["accuracy"]["low"] < 0.8, "twelve pictures say little"
    assert fit["accuracy"]["high"] == 1.0
    assert fit["confusion"] == [[6, 0], [0, 6]]

    sent = {"files": ("x.png", picture((200, 30, 20)))}
    tried = running.client.post(f"{at}/classify", files=sent, params={"evidence": True}).json()
    prediction = tried["results"][0]["prediction"]
    assert prediction["label"] == "red"
    assert set(prediction["evidence"]) == {"red", "blue"}

    kept = running.client.post(f"{at}/keep").json()
    assert kept["draft"]["kept"] == kept["model"]["hash"]
    assert (kept["model"]["name"], kept["model"]["origin"]) == ("Mine", "taught")
    file = tmp_path / "kept.onnx"
    file.write_bytes(running.client.get(f"/api/v1/models/{kept['model']['hash']}/file").content)
    alone = Classifier(file).classify(picture((200, 30, 20)))
    assert alone.probabilities == pytest.approx(prediction["probabilities"], abs=1e-6)
    assert alone.known == prediction["known"]
    assert alone.novelty == pytest.approx(prediction["novelty"], abs=1e-6)

    live = running.client.post(f"/api/v1/models/{kept['model']['hash']}/live")
    assert live.status_code == 200, live.text
    by_all = running.client.post("/api/v1/classify", files=sent).json()
    assert by_all["model"] == kept["model"]["hash"]
    assert by_all["results"][0]["prediction"]["probabilities"] == pytest.approx(
        prediction["probabilities"], abs=1e-6
    )


def test_a_recording_is_one_change_and_every_change_can_be_undone(running: Running) -> None:
    at, (red, blue) = begun(running, "red", "blue")
    send(running, at, red, shades(RED, 3), batch=7, recording=True)
    send(running, at, red, shades(RED, 3, 3), batch=7, recording=True)
    listed = running.client.get(f"{at}/classes/{red}/pictures").json()["pictures"]
    assert [one["recording"] for one in listed] == [True] * 6
    client = running.client
    client.patch(f"{at}/classes/{red}", json={"name": "scarlet"})
    client.post(f"{at}/pictures/move", json={"pictures": [listed[0]["id"]], "to": blue})
    client.post(f"{at}/pictures/remove", json={"pictures": [listed[1]["id"]]})
    client.delete(f"{at}/classes/{blue}")
    client.post(f"{at}/classes", json={"name": "green"})
    counts = []
    while (draft := client.get(at).json())["undo"]:
        counts.append((draft["undo"], [(one["name"], one["pictures"]) for one in draft["classes"]]))
        assert client.post(f"{at}/undo").status_code == 200
    assert counts == [
        ("add-class", [("scarlet", 4), ("green", 0)]),
        ("remove-class", [("scarlet", 4)]),
        ("remove-pictures", [("scarlet", 4), ("blue", 1)]),
        ("move-pictures", [("scarlet", 5), ("blue", 1)]),
        ("rename-class", [("scarlet", 6), ("blue", 0)]),
        ("add-pictures", [("red", 6), ("blue", 0)]),
    ]
    assert [(one["name"], one["pictures"]) for one in draft["classes"]] == [("red", 0), ("blue", 0)]
    assert client.post(f"{at}/undo").status_code == 409
    store = running.service.app.blobs("drafts")
    assert list(store.all_keys()) == [], "pictures that were never to be are gone"


def test_pictures_that_cannot_be_used_or_are_there_already_are_told(running: Running) -> None:
    at, (red, blue) = begun(running, "red", "blue")
    send(running, at, red, shades(RED, 2))
    told = send(running, at, blue, [*shades(RED, 1), ("files", ("a.txt", b"hello")), *shades(BLUE, 1)])
    assert told["added"] == 1
    assert [(one["name"], one["there"]) for one in told["not_added"]] == [("a.txt", None), ("0.png", "red")]
    assert told["not_added"][0]["problem"]["code"] == "not-a-picture"
    alone = running.client.post(f"{at}/classes/{blue}/pictures", files={"files": ("a.txt", b"hello")})
    assert (alone.status_code, alone.json()["code"]) == (415, "not-a-picture")
    small = running.client.get(f"{at}/pictures/{'0' * 64}")
    assert (small.status_code, small.json()["code"]) == (404, "unknown-draft")
    one = running.client.get(f"{at}/classes/{red}/pictures").json()["pictures"][0]
    small = running.client.get(f"{at}/pictures/{one['hash']}", params={"side": 32})
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")


def test_what_is_missing_to_learn_is_told(running: Running) -> None:
    at, (red, blue) = begun(running, "red", "blue")
    answer = running.client.post(f"{at}/fit")
    assert (answer.status_code, answer.json()["problem"]) == (409, "has no pictures to learn from")
    assert running.client.post(f"{at}/keep").status_code == 409
    assert running.client.post(f"{at}/classify", files=shades(RED, 1)).status_code == 409
    send(running, at, red, shades(RED, 5))
    send(running, at, blue, shades(BLUE, 1))
    answer = running.client.post(f"{at}/fit")
    assert (answer.status_code, answer.json()["subject"]) == (409, "The class blue")
    running.client.post(f"{at}/undo")
    fit = running.client.post(f"{at}/fit").json()["fit"]
    assert (fit["classes"], fit["left_out"], fit["accuracy"]) == (["red"], ["blue"], None)
    for name, problem in (("RED", "is there already"), (" \n ", "is empty")):
        answer = running.client.post(f"{at}/classes", json={"name": name})
        assert (answer.status_code, answer.json()["problem"]) == (409, problem)


def test_a_class_has_one_name_whichever_way_its_letters_were_put_together(running: Running) -> None:
    at, _ = begun(running, "cafe\u0301")
    assert [one["name"] for one in running.client.get(at).json()["classes"]] == ["caf\u00e9"]
    answer = running.client.post(f"{at}/classes", json={"name": "caf\u00e9"})
    assert (answer.status_code, answer.json()["problem"]) == (409, "is there already")


def test_keeping_learns_what_was_changed_since(running: Running) -> None:
    at, (red, blue) = begun(running, "red", "blue")
    send(running, at, red, shades(RED, 3))
    send(running, at, blue, shades(BLUE, 3))
    running.client.post(f"{at}/fit")
    running.client.patch(at, json={"name": "Other"})
    running.client.patch(f"{at}/classes/{red}", json={"name": "green"})
    kept = running.client.post(f"{at}/keep").json()
    assert (kept["model"]["name"], kept["model"]["classes"]) == ("Other", ["green", "blue"])
    assert kept["draft"]["kept_version"] == kept["draft"]["version"] == kept["draft"]["fit"]["version"]


def test_a_draft_is_its_person_s_alone_and_deleting_it_leaves_nothing(serve: Serve) -> None:
    with staff(serve, made=TeachingApp) as staffed:
        made = staffed.olga.post(AT, json={"name": "Mine", "classes": ["red"]}).json()
        at, red = f"{AT}/{made['id']}", made["classes"][0]["id"]
        staffed.olga.post(f"{at}/classes/{red}/pictures", files=shades(GREEN, 2))
        for other in (staffed.ann, staffed.vic):
            assert other.get(at).status_code in (403, 404)
            assert other.delete(at).status_code in (403, 404)
            assert other.post(f"{at}/classes/{red}/pictures", files=shades(RED, 1)).status_code in (403, 404)
        assert staffed.ann.get(AT).json() == {"drafts": []}
        staffed.olga.post(f"{at}/keep")
        assert staffed.olga.delete(at).status_code == 204
        assert staffed.olga.get(AT).json() == {"drafts": []}
        app = staffed.running.service.app
        assert list(app.blobs("drafts").all_keys()) == []
        noted = [row["action"] for row in staffed.ann.get("/api/v1/audit").json()]
        assert {"model.teach", "draft.delete"} <= set(noted)


@pytest.mark.slow
def test_on_a_full_disk_teaching_says_so_and_goes_on_where_it_was_once_there_is_room(
    serve: Serve, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "12m") as disk:
        running = serve(made=TeachingApp, home=disk / "home")
        client = running.client
        at, (red, blue) = begun(running, "red", "blue")
        send(running, at, red, shades(RED, 6))
        send(running, at, blue, shades(BLUE, 6))

        def refused(path: str, **how: Any) -> None:
            answer = client.post(f"{at}/{path}", **how)
            assert (answer.status_code, answer.json().get("reason")) == (507, "disk-full"), answer.text

        def files() -> set[Path]:
            return {one for one in disk.rglob("*") if one.is_file() and not one.name.startswith("tenfold.db")}

        filling = fill(disk)
        before, stood = files(), client.get(at).json()
        refused("fit")
        refused(f"classes/{red}/pictures", files=shades(RED, 3, first=40))
        assert files() == before, "nothing half stays"
        assert client.get(at).json() == stood

        filling.unlink()
        assert client.post(f"{at}/fit").json()["fit"]["counts"] == [6, 6]
        filling = fill(disk)
        before = files()
        refused("keep")
        assert files() == before
        sent = {"files": ("x.png", picture((200, 30, 20)))}
        tried = client.post(f"{at}/classify", files=sent).json()
        assert tried["results"][0]["prediction"]["label"] == "red", "what was learned answers all the same"

        filling.unlink()
        send(running, at, red, shades(RED, 3, first=40))
        assert client.post(f"{at}/fit").json()["fit"]["counts"] == [9, 6]
        assert client.post(f"{at}/keep").json()["model"]["origin"] == "taught"
