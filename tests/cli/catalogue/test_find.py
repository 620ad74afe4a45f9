"""Finding on the command line, in a catalogue of a few entries."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from tenfold.catalogue.entries.tables import Embedding, Name
from tenfold.database import Database
from tests.catalogue.making import START, made, named, put, vector
from tests.cli.conftest import Command
from tests.shortcuts.tables import new_database


@pytest.fixture(autouse=True)
def catalogue(own_home: Path) -> Iterator[Database]:
    """Cats 1 to 3 (2 a copy of 1, 3 corrected), a deleted 4, and 5, which waits."""
    database = new_database(own_home / "tenfold.db")
    rows = [
        made(1, name="Кіт.jpg", search_text="кіт.jpg\ncat", confidence=0.5, perceptual_hash=123456789),
        made(2, name="copy\x1b[31m.jpg", perceptual_hash=123456788),
        made(3, label="dog", corrected_label="dog", corrected_at=START, confidence=0.7),
        made(4, deleted_at=START),
        made(5, state="waiting", label=None, confidence=None),
    ]
    put(database, rows)
    with database.writing() as session:
        session.execute(insert(Name), [named(1, "Кіт.jpg", "folder", "/pictures/Кіт.jpg")])
        vectors = [{"entry_id": n, "model_hash": "a" * 64, "vector": vector(5 * n)} for n in (1, 2, 3)]
        vectors.append({"entry_id": 5, "model_hash": "b" * 64, "vector": vector(0)})
        session.execute(insert(Embedding), vectors)
    yield database
    database.close()


def first_column(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines()[1:] if line.strip()]


def test_list_shows_the_newest_first_and_says_how_many(tenfold: Command) -> None:
    done = tenfold("catalogue", "list", "--limit", 3)
    assert done.status == 0
    assert first_column(done.out) == ["5", "3", "2"]
    assert done.err == "3 of 4\n"
    assert "waiting" in done.out.splitlines()[1]
    assert done.out.splitlines()[2].split()[1:3] == ["dog", "person"]
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--text", "КІТ"), ["1"]),
        (("--class", "dog"), ["3"]),
        (("--order", "surest", "--class", "cat"), ["2", "1"]),
        (("--confidence-from", "0.6", "--order", "unsure"), ["2", "3"]),  # 3 was corrected
        (("--not-corrected", "--class", "dog"), []),
        (("--deleted",), ["4"]),
        (("--corrected",), ["3"]),
    ],
)
def test_list_takes_filters_and_orders(tenfold: Command, options: tuple[str, ...], wanted: list[str]) -> None:
    assert first_column(tenfold("catalogue", "list", *options).out) == wanted


def test_list_of_nothing_says_so(tenfold: Command) -> None:
    done = tenfold("catalogue", "list", "--text", "nowhere")
    assert (done.status, done.out, done.err) == (0, "", "0 of 0\n")


def test_list_as_json(tenfold: Command) -> None:
    found = json.loads(tenfold("catalogue", "list", "--json", "--class", "cat").out)
    assert [entry["id"] for entry in found] == [2, 1]
    assert found[1]["name"] == "Кіт.jpg"


def test_filters_that_exclude_each_other_are_wrong_usage(tenfold: Command) -> None:
    done = tenfold("catalogue", "list", "--confidence-from", "0.9", "--confidence-to", "0.1")
    assert done.status == 2
    assert "confidence_from is above confidence_to (0.9 and 0.1)" in done.err


def test_show_has_all_names(tenfold: Command) -> None:
    done = tenfold("catalogue", "show", 1)
    assert "/pictures/Кіт.jpg" in done.out
    told = json.loads(tenfold("catalogue", "show", 1, "--json").out)
    assert [name["source"] for name in told["names"]] == ["upload", "folder"]
    assert told["history"] == []


def test_show_of_nothing_fails_in_words(tenfold: Command) -> None:
    done = tenfold("catalogue", "show", 77)
    assert done.status == 1
    assert done.err == "tenfold: Entry 77 is not in the catalogue. Look for it in the list.\n"


def test_similar_lists_the_nearest_and_says_what_was_not_compared(tenfold: Command) -> None:
    done = tenfold("catalogue", "similar", 1)
    assert [line.split()[1] for line in done.out.splitlines()[1:]] == ["2", "3"]
    assert done.err == "Named by another model, and not compared: 1\n"
    found = json.loads(tenfold("catalogue", "similar", 1, "--json").out)
    assert found[0]["similarity"] >= found[1]["similarity"] > 0.9


def test_duplicates_come_in_groups(tenfold: Command) -> None:
    done = tenfold("catalogue", "duplicates")
    assert [line.split()[:2] for line in done.out.splitlines()[1:] if line] == [
        ["100.0%", "1"],
        ["98.4%", "2"],
    ]
    assert done.err == "Groups: 1\n"
    groups = json.loads(tenfold("catalogue", "duplicates", "--json").out)
    assert [[(one["id"], one["likeness"]) for one in group] for group in groups] == [[(1, 1.0), (2, 0.9844)]]
