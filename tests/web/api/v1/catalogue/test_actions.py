"""Actions, the review queue, exports and filings over HTTP: one server for all of them."""

import csv
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from tenfold.predictions import Prediction
from tests.fakes import picture
from tests.web.conftest import Running, Serve

ACTIONS = "/api/v1/catalogue/actions"
HOSTILE = "=cmd|'<script>'.png"


@pytest.fixture(scope="module")
def catalogue(serve: Serve) -> Running:
    """Six entries: numbers 1 to 6, red and green in turn; number 6 is in doubt."""
    running = serve()
    app = running.service.app
    for number in range(6):
        name = HOSTILE if number == 0 else f"photo {number}.png"
        added = app.ingest.add(picture((number + 1, 0, 0)), name=name, source="upload", shared=True)
        sure = 0.96 if number < 5 else 0.5
        label, other = ("red", "green") if number % 2 == 0 else ("green", "red")
        chances = {label: sure, other: 0.98 - sure, "blue": 0.02}
        said = Prediction(label, sure, chances, True, 0.1, None)
        app.ingest.take_answers([(added.entry.id, said)], "a" * 64, threshold=0.5)
    return running


def act(running: Running, **asked: Any) -> Any:
    return running.client.post(ACTIONS, json=asked)


def problem(answer: Any) -> tuple[int, str, str]:
    found = answer.json()
    return answer.status_code, found["code"], found["detail"]


@pytest.mark.slow
def test_an_action_is_done_undone_and_listed(catalogue: Running) -> None:
    done = act(catalogue, kind="correct", entries=[1, 2], label="fox").json()
    assert (done["kind"], done["count"], done["skipped"]) == ("correct", 2, 0)
    assert done["details"] == {"label": "fox"}
    assert done["by_name"] == ""
    assert [(one["id"], one["name"]) for one in done["entries"]] == [(1, HOSTILE), (2, "photo 1.png")]
    undo = catalogue.client.post(f"{ACTIONS}/{done['id']}/undo").json()
    assert (undo["kind"], undo["count"]) == ("undo", 2)
    assert undo["details"] == {"of": done["id"], "kind": "correct"}
    listed = catalogue.client.get(ACTIONS, params={"limit": 1}).json()
    assert [action["id"] for action in listed["actions"]] == [undo["id"]]
    older = catalogue.client.get(ACTIONS, params={"before": listed["next"]}).json()
    assert [action["id"] for action in older["actions"]] == [done["id"]]
    assert older["actions"][0]["undone_at"] is not None
    assert older["next"] is None
    again = catalogue.client.post(f"{ACTIONS}/{done['id']}/undo")
    assert problem(again)[:2] == (409, "catalogue-error")


def test_a_whole_search_result_is_one_action(catalogue: Running) -> None:
    done = act(catalogue, kind="delete", filters={"label": ["green"]}).json()
    assert done["count"] == 3
    assert act(catalogue, kind="restore", filters={}).json()["count"] == 3


def test_what_is_in_the_bin_is_deleted_for_good_and_noted(serve: Serve) -> None:
    running = serve()
    app = running.service.app
    for number in range(3):
        app.ingest.add(picture((number, 9, 9)), name=f"{number}.png", source="upload", shared=True)
    act(running, kind="delete", entries=[1, 2])
    erase = "/api/v1/catalogue/erasures"
    assert running.client.post(erase, json={"entries": [1, 3]}).json() == {"count": 1}
    assert running.client.post(erase, json={"filters": {}}).json() == {"count": 1}
    assert running.client.post(erase, json={"filters": {}}).json() == {"count": 0}
    assert [one["id"] for one in running.client.get("/api/v1/catalogue/entries").json()["entries"]] == [3]
    assert problem(running.client.post(erase, json={}))[:2] == (400, "usage-error")
    noted = running.client.get("/api/v1/audit", params={"limit": 2}).json()
    assert [(one["action"], one["subject"]) for one in noted] == [("catalogue.erase", "1")] * 2


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"kind": "correct", "entries": [1], "label": "a\nb"}, 400, "characters that cannot be shown"),
        ({"kind": "correct", "entries": [1], "label": "x" * 101}, 400, "a name of 101 characters"),
        ({"kind": "correct", "entries": [1]}, 400, "needs a label"),
        ({"kind": "delete", "entries": [999]}, 404, "is not in the catalogue"),
        ({"kind": "delete"}, 400, "takes either entries or filters"),
        ({"kind": "delete", "entries": [1], "filters": {}}, 400, "takes either entries or filters"),
        ({"kind": "rename", "filters": {}, "name": "x"}, 400, "takes one entry"),
        ({"kind": "explode", "entries": [1]}, 422, "has a value that cannot be used"),
        ({"kind": "delete", "entries": [2**63]}, 422, "has a value that cannot be used"),
        ({"kind": "delete", "filters": {"confidence_from": 2, "confidence_to": 1}}, 400, "is above"),
    ],
)
def test_what_cannot_be_done_is_said(
    catalogue: Running, asked: dict[str, Any], status: int, words: str
) -> None:
    answer = act(catalogue, **asked)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_confirming_takes_an_entry_out_of_the_queue(catalogue: Running) -> None:
    queue = catalogue.client.get("/api/v1/review").json()
    assert [(entry["id"], entry["review_reason"]) for entry in queue["entries"]] == [(6, "uncertain")]
    assert (queue["left"], queue["next"]) == (1, None)
    done = act(catalogue, kind="correct", entries=[6], label=queue["entries"][0]["label"]).json()
    assert catalogue.client.get("/api/v1/review").json()["left"] == 0
    catalogue.client.post(f"{ACTIONS}/{done['id']}/undo")
    assert catalogue.client.get("/api/v1/review").json()["left"] == 1
    assert catalogue.client.get("/api/v1/review", params={"after": "x"}).status_code == 400


def test_exports_are_attachments_and_safe(catalogue: Running) -> None:
    table = catalogue.client.get("/api/v1/exports/entries.csv", params={"label": "red"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="entries.csv"'
    assert table.headers["x-content-type-options"] == "nosniff"
    rows = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == [f"'{HOSTILE}", "photo 2.png", "photo 4.png"]
    pictures = zipfile.ZipFile(BytesIO(catalogue.client.get("/api/v1/exports/pictures.zip").content))
    assert pictures.testzip() is None
    assert pictures.namelist()[0] == "red/=cmd_'_script_'.png"
    assert len(pictures.namelist()) == 6
    chosen = catalogue.client.get("/api/v1/exports/pictures.zip", params={"ids": "2-3"}).content
    assert zipfile.ZipFile(BytesIO(chosen)).namelist() == ["green/photo 1.png", "red/photo 2.png"]


def test_training_data_needs_two_classes(catalogue: Running) -> None:
    url = "/api/v1/exports/training.zip"
    assert problem(catalogue.client.get(url))[:2] == (409, "catalogue-error")
    found = zipfile.ZipFile(BytesIO(catalogue.client.get(url, params={"labels": "all"}).content))
    assert {name.split("/")[0] for name in found.namelist()} == {"red", "green", "labels.csv"}


def test_a_filing_is_planned_done_and_undone(catalogue: Running, tmp_path: Path) -> None:
    asked = {"root": str(tmp_path / "filed"), "mode": "copy", "sidecars": True, "filters": {"label": ["red"]}}
    plan = catalogue.client.post("/api/v1/filings", json={**asked, "dry_run": True}).json()
    assert (plan["id"], plan["count"]) == (None, 3)
    assert not (tmp_path / "filed").exists()
    done = catalogue.client.post("/api/v1/filings", json=asked).json()
    assert done["count"] == 3
    assert {move["state"] for move in done["moves"]} == {"done"}
    assert len(list((tmp_path / "filed" / "red").iterdir())) == 6
    url = f"/api/v1/filings/{done['id']}"
    assert catalogue.client.get(url).json() == done
    assert catalogue.client.get("/api/v1/filings").json()["filings"][0]["id"] == done["id"]
    undone = catalogue.client.post(f"{url}/undo").json()
    assert undone["undone_at"] is not None
    assert not (tmp_path / "filed").exists()
    assert problem(catalogue.client.post(f"{url}/resume"))[:2] == (409, "catalogue-error")


@pytest.mark.parametrize("root", ["relative/path", "a\0b", "/\0"])
def test_a_folder_is_named_from_the_top(catalogue: Running, root: str) -> None:
    answer = catalogue.client.post("/api/v1/filings", json={"root": root, "mode": "copy"})
    assert answer.status_code == 400
    assert "is not an absolute path" in answer.json()["detail"]
