"""The routes of finding, through a real server: what they answer, and what each person is shown."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from tenfold.catalogue.entries.tables import Embedding, Name
from tests.catalogue.making import START, made, named, put, vector
from tests.web.conftest import Running, Serve


@pytest.fixture(scope="module")
def found(serve: Serve) -> Running:
    """A server whose catalogue has eight entries; 6 is deleted, 7 waits, 8 came from a folder."""
    running = serve()
    rows = [
        made(n, label=("cat", "dog")[n % 2], confidence=n / 10, perceptual_hash=1234567 * (n % 2))
        for n in range(1, 6)
    ]
    rows.append(made(6, deleted_at=START))
    rows.append(made(7, state="waiting", label=None, model_label=None, confidence=None, model_hash=None))
    rows.append(made(8, name="Кіт & <b>.jpg", search_text="кіт & <b>.jpg", label="", known=False))
    database = running.service.app.database
    put(database, rows)
    with database.writing() as session:
        session.execute(insert(Name), [named(8, "там.jpg", "folder", "/pictures/там.jpg")])
        vectors = [{"entry_id": n, "model_hash": "a" * 64, "vector": vector(5 * n)} for n in (1, 2, 3, 6)]
        session.execute(insert(Embedding), vectors)
    return running


def get(found: Running, path: str, **params: Any) -> Any:
    answer = found.client.get(f"/api/v1/catalogue/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(found: Running, path: str, **params: Any) -> httpx.Response:
    answer = found.client.get(f"/api/v1/catalogue/{path}", params=params)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer


def ids(answer: Any) -> list[int]:
    return [entry["id"] for entry in answer["entries"]]


def test_pages_follow_each_other(found: Running) -> None:
    first = get(found, "entries", limit=4)
    assert ids(first) == [8, 7, 5, 4]
    second = get(found, "entries", limit=4, after=first["next"])
    assert ids(second) == [3, 2, 1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"label": "cat"}, [4, 2]),
        ({"label": ["cat", "dog"], "order": "surest"}, [5, 4, 3, 2, 1]),
        ({"none": True}, [8]),
        ({"label": "dog", "none": True, "order": "oldest"}, [1, 3, 5, 8]),
        ({"confidence_from": 0.4, "confidence_to": 0.5}, [5, 4]),
        ({"state": "waiting"}, [7]),
        ({"text": "КІТ"}, [8]),
        ({"text": "<b>"}, [8]),
        ({"name": "ТАМ"}, []),
        ({"source": "folder"}, [8]),
        ({"deleted": True}, [6]),
        ({"added_from": "2026-01-01T00:04:00", "added_to": "2026-01-01T00:06:00Z"}, [5, 4]),
        ({"owner": "mine", "limit": 2}, [8, 7]),
    ],
)
def test_filters_and_orders_are_parameters(found: Running, params: dict[str, Any], wanted: list[int]) -> None:
    assert ids(get(found, "entries", **params)) == wanted


def test_counts_say_what_there_is(found: Running) -> None:
    assert get(found, "counts", label="cat") == {
        "total": 2,
        "capped": False,
        "labels": {"cat": 2, "dog": 3},
        "none": 1,
        "waiting": 0,
        "failed": 0,
        "deleted": 1,
        "corrected": 0,
        "uncorrected": 2,
        "sources": {"upload": 2},
    }
    everything = get(found, "counts")
    assert (everything["total"], everything["waiting"], everything["deleted"]) == (7, 1, 1)
    assert everything["sources"] == {"upload": 7, "folder": 1}


def test_one_entry_comes_with_names_and_history(found: Running) -> None:
    done = found.client.post(
        "/api/v1/catalogue/actions", json={"kind": "rename", "entries": [8], "name": "Мій кіт"}
    )
    assert done.status_code == 200, done.text
    one = get(found, "entries/8")
    assert one["name"] == "Мій кіт"
    assert [(name["name"], name["source"], name["path"]) for name in one["names"]] == [
        ("Кіт & <b>.jpg", "upload", ""),
        ("там.jpg", "folder", "/pictures/там.jpg"),
    ]
    assert [action["kind"] for action in one["history"]] == ["rename"]
    assert one["hash"] == made(8)["hash"]
    undone = found.client.post(f"/api/v1/catalogue/actions/{done.json()['id']}/undo")
    assert undone.status_code == 200


def test_more_like_this(found: Running) -> None:
    answer = get(found, "entries/1/similar", limit=5)
    assert {one["entry"]["id"] for one in answer["entries"]} == {2, 3}
    assert all(0.9 < one["similarity"] <= 1.001 for one in answer["entries"])
    assert (answer["model"], answer["compared"], answer["others"]) == ("a" * 64, 4, 0)
    waiting = refused(found, "entries/7/similar")
    assert waiting.status_code == 409
    assert "Wait until it is classified." in waiting.json()["detail"]


def test_pictures_that_look_the_same(found: Running) -> None:
    answer = get(found, "duplicates")
    assert [[one["entry"]["id"] for one in group] for group in answer["groups"]] == [[1, 3, 5]]
    assert [one["likeness"] for one in answer["groups"][0]] == [1, 1, 1]
    assert answer["next"] is None


@pytest.mark.parametrize(
    ("path", "params", "status", "words"),
    [
        ("entries", {"confidence_from": 0.9, "confidence_to": 0.1}, 400, "confidence_from is above"),
        ("entries", {"after": "bm90IG91cnM"}, 400, "after is no place in the order newest"),
        ("entries", {"order": "best"}, 422, "order has a value that cannot be used"),
        ("entries", {"limit": 0}, 422, "limit has a value that cannot be used"),
        ("entries", {"taken_to": "0001-01-01T00:00:00+10:00"}, 400, "is in no year"),
        ("entries", {"novelty_to": "nan"}, 400, "is no number"),
        ("entries", {"text": "a\0b"}, 400, "has characters that no text has"),
        ("counts", {"source": "sky"}, 422, "source has a value that cannot be used"),
        ("duplicates", {"after": "x"}, 400, "is no place among the duplicates"),
        ("entries/99", {}, 404, "Entry 99 is not in the catalogue."),
        ("entries/99/similar", {}, 404, "Entry 99 is not in the catalogue."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    found: Running, path: str, params: dict[str, Any], status: int, words: str
) -> None:
    answer = refused(found, path, **params)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


@pytest.mark.slow
def test_each_person_is_shown_what_is_theirs(serve: Serve) -> None:
    running = serve()
    app = running.service.app
    roles = ("administrator", "viewer", "operator")
    people = {role: app.people.add(role, role, f"correct horse {role}") for role in roles}
    viewer, operator = people["viewer"].id, people["operator"].id
    put(
        app.database,
        [
            made(1),
            made(2, owner_id=viewer, shared=False),
            made(3, owner_id=operator, shared=False),
            made(4, owner_id=operator, shared=True),
        ],
    )
    with app.database.writing() as session:
        session.execute(insert(Name), [named(n, "a.jpg", "folder", f"/secret/{n}.jpg") for n in (1, 2, 4)])

    def seen(role: str) -> tuple[list[int], int, dict[int, list[str]]]:
        secret = app.tokens.add(people[role].id, name="t", role=role, days=1)[1]
        client = httpx.Client(
            base_url=running.address,
            headers={"Authorization": f"Bearer {secret}"},
            trust_env=False,
            timeout=60,
        )
        with client:
            listed = ids(client.get("/api/v1/catalogue/entries").json())
            total = client.get("/api/v1/catalogue/counts").json()["total"]
            paths = {}
            for number in range(1, 5):
                answer = client.get(f"/api/v1/catalogue/entries/{number}")
                if answer.status_code == 200:
                    paths[number] = [name["path"] for name in answer.json()["names"] if name["path"]]
                else:
                    assert answer.status_code == 404
        return listed, total, paths

    assert seen("viewer") == ([4, 2, 1], 3, {1: [], 2: ["/secret/2.jpg"], 4: []})
    assert seen("operator") == ([4, 3, 1], 3, {1: ["/secret/1.jpg"], 3: [], 4: ["/secret/4.jpg"]})
    listed, total, paths = seen("administrator")
    assert (listed, total) == ([4, 3, 2, 1], 4)
    assert paths[2] == ["/secret/2.jpg"]


def test_only_these_entries_are_found(found: Running) -> None:
    assert ids(get(found, "entries", ids="1,3-5")) == [5, 4, 3, 1]
    assert get(found, "counts", ids="2-3")["total"] == 2
    for wrong in ("x", "1-", "-3", "1,99999999999999999999"):
        assert refused(found, "entries", ids=wrong).status_code == 400
    assert "too many" in refused(found, "entries", ids="1-9000000000000").json()["detail"]


def test_classes_are_found_in_every_language_of_the_page(
    found: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    cat = replace(found.service.classifier.info.classes[0], label="cat", names={"ru": "кошка", "uk": "Кішка"})
    monkeypatch.setattr(
        found.service.classifier, "info", replace(found.service.classifier.info, classes=(cat,))
    )
    cats = ids(get(found, "entries", label="cat"))
    assert cats
    assert ids(get(found, "entries", text="кошка")) == ids(get(found, "entries", text="КІШ")) == cats
    assert get(found, "counts", text="кішка")["total"] == len(cats)


def test_the_timeline_counts_months_by_the_clock_that_is_asked_for(found: Running) -> None:
    assert get(found, "timeline", by="added") == {"months": [{"month": "2026-01", "count": 7}], "undated": 0}
    earlier = get(found, "timeline", by="added", offset=-60, ids="1-5")
    assert earlier == {"months": [{"month": "2025-12", "count": 5}], "undated": 0}
    assert get(found, "timeline") == {"months": [], "undated": 7}
    assert refused(found, "timeline", offset=100_000).status_code == 422
