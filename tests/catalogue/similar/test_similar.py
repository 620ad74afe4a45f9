import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import insert, update

from tenfold.catalogue.entries.tables import Embedding, Entry
from tenfold.catalogue.search.search import Search
from tenfold.catalogue.similar import similar, vectors
from tenfold.catalogue.similar.similar import Similar, SimilarEntries
from tenfold.database import Database
from tenfold.errors import CatalogueError
from tests.catalogue.making import made, put
from tests.shortcuts.tables import new_database

A, B = "a" * 64, "b" * 64


def unit(count: int, seed: int = 0, dimensions: int = 16) -> NDArray[np.float16]:
    made = np.random.default_rng(seed).normal(size=(count, dimensions))
    whole: NDArray[np.float64] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return whole.astype(np.float16)


def embed(database: Database, vectors: NDArray[np.float16], first: int = 1, model: str = A) -> None:
    put(database, [made(first + i, model_hash=model) for i in range(len(vectors))])
    rows = [
        {"entry_id": first + i, "model_hash": model, "vector": vector.astype("<f2").tobytes()}
        for i, vector in enumerate(vectors)
    ]
    with database.writing() as session:
        session.execute(insert(Embedding), rows)


def like(
    made: Similar, database: Database, number: int, *, person: int = 0, limit: int = 10
) -> SimilarEntries:
    entry = Search(database).get(number, administrator=True)
    return made.like(entry, person=person, limit=limit)


def ids(found: SimilarEntries) -> list[int]:
    return [entry.id for entry, _ in found.entries]


def nearest(vectors: NDArray[np.float16], number: int, count: int) -> list[int]:
    near = vectors.astype(np.float32) @ vectors[number - 1].astype(np.float32)
    return [int(i) + 1 for i in np.argsort(-near, kind="stable") if i != number - 1][:count]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came is looked for each time, and goes into the file at once."""
    monkeypatch.setattr(similar, "_SECONDS_BETWEEN_CHECKS", -1.0)
    monkeypatch.setattr(vectors, "FEWEST_BESIDE", 5)


@pytest.mark.usefixtures("eager")
def test_before_there_is_an_index_and_with_it_the_nearest_are_found(
    database: Database, tmp_path: Path
) -> None:
    made_up = unit(60)
    embed(database, made_up)
    finder = Similar(database, tmp_path)
    assert ids(like(finder, database, 7)) == nearest(made_up, 7, 10)
    finder.settle()
    assert (tmp_path / f"{A}.usearch").exists()
    found = like(finder, database, 7)
    finder.close()
    assert ids(found) == nearest(made_up, 7, 10)
    assert (found.model, found.compared, found.others, found.complete) == (A, 60, 0, True)
    assert found.entries[0][1] == pytest.approx(
        float(made_up[6].astype(float) @ made_up[nearest(made_up, 7, 1)[0] - 1].astype(float)), abs=2e-3
    )


@pytest.mark.slow
def test_the_index_finds_what_looking_at_all_finds(tmp_path: Path) -> None:
    """Recall at 10 of the index itself, on vectors as crowded as a classifier's."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(10, 64))
    crowd = centres[rng.integers(0, 10, 4000)] + 0.5 * rng.normal(size=(4000, 64))
    made_up = (crowd / np.linalg.norm(crowd, axis=1, keepdims=True)).astype(np.float16)
    database = new_database(tmp_path / "x.db")
    embed_quickly(database, made_up)
    one = vectors.ModelVectors(database, tmp_path, A)
    one.catch_up(threading.Event())
    assert one.ready
    assert len(one) == 4000
    hits = 0
    for number in range(1, 101):
        wanted = set(nearest(made_up, number, 10))
        hits += len(wanted & {found for found, _ in one.nearest(made_up[number - 1], 11)})
    database.close()
    assert hits / 1000 >= 0.98


def embed_quickly(database: Database, vectors: NDArray[np.float16]) -> None:
    with database.writing() as session:
        session.execute(insert(Entry), [made(i + 1) for i in range(len(vectors))])
        rows = [
            {"entry_id": i + 1, "model_hash": A, "vector": vector.astype("<f2").tobytes()}
            for i, vector in enumerate(vectors)
        ]
        session.execute(insert(Embedding), rows)


@pytest.mark.usefixtures("eager")
def test_what_comes_later_is_found_too(database: Database, tmp_path: Path) -> None:
    made_up = unit(30)
    embed(database, made_up[:20])
    finder = Similar(database, tmp_path)
    like(finder, database, 1)
    finder.settle()
    for before, upto in ((20, 23), (23, 30)):  # a few stay beside the file, more go into it
        embed(database, made_up[before:upto], first=before + 1)
        like(finder, database, 1)
        finder.settle()
        assert ids(like(finder, database, 1)) == nearest(made_up[:upto], 1, 10)
    finder.close()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("harm", ["gone", "damaged", "no note"])
def test_a_file_that_is_missing_or_damaged_is_made_again(
    database: Database, tmp_path: Path, harm: str
) -> None:
    made_up = unit(40)
    embed(database, made_up)
    first = Similar(database, tmp_path)
    like(first, database, 1)
    first.settle()
    first.close()
    file = tmp_path / f"{A}.usearch"
    whole = file.read_bytes()
    if harm == "gone":
        file.unlink()
    elif harm == "damaged":
        file.write_bytes(whole[: len(whole) // 2] + b"x" * (len(whole) // 2))
    else:
        file.with_suffix(".json").unlink()
    again = Similar(database, tmp_path)
    like(again, database, 1)
    again.settle()
    assert ids(like(again, database, 3)) == nearest(made_up, 3, 10)
    again.close()
    assert len(file.read_bytes()) == len(whole)


@pytest.mark.usefixtures("eager")
def test_only_what_one_model_named_is_compared(database: Database, tmp_path: Path) -> None:
    embed(database, unit(20))
    embed(database, unit(15, seed=1), first=21, model=B)
    finder = Similar(database, tmp_path)
    for _ in range(2):
        found = like(finder, database, 25, limit=50)
        assert sorted(ids(found)) == [n for n in range(21, 36) if n != 25]
        assert (found.model, found.compared, found.others) == (B, 15, 20)
        finder.settle()
    with database.writing() as session:  # the model of another entry's vector changes
        session.execute(
            update(Embedding).where(Embedding.entry_id == 30).values(model_hash=A, vector=unit(1).tobytes())
        )
    assert 30 not in ids(like(finder, database, 25, limit=50))
    finder.close()


@pytest.mark.usefixtures("eager")
def test_nobody_is_shown_what_is_not_theirs(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "_FARTHEST", 20)
    embed(database, unit(60))
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.id > 3).values(owner_id=1, shared=False))
        session.execute(update(Entry).where(Entry.id == 2).values(deleted_at=Entry.added_at))
    finder = Similar(database, tmp_path)
    for _ in range(2):
        assert ids(like(finder, database, 1, person=2)) == [3]
        assert len(ids(like(finder, database, 1, person=1, limit=100))) == 58
        finder.settle()
    finder.close()


def test_nobody_is_told_how_many_there_are_that_are_not_theirs(database: Database, tmp_path: Path) -> None:
    embed(database, unit(10))
    embed(database, unit(4, seed=1), first=11, model=B)
    with database.writing() as session:  # 3 of A and 1 of B are shared
        session.execute(update(Entry).values(owner_id=7, shared=Entry.id.in_([1, 2, 3, 11])))
    finder = Similar(database, tmp_path)
    for person, expected in ((7, (10, 4)), (8, (3, 1))):
        found = like(finder, database, 1, person=person)
        assert (found.compared, found.others) == expected
    finder.close()


def test_an_entry_without_a_vector_is_refused_in_words(database: Database, tmp_path: Path) -> None:
    put(database, [made(1, state="waiting")])
    with pytest.raises(CatalogueError) as caught:
        like(Similar(database, tmp_path), database, 1)
    assert str(caught.value) == (
        "Entry 1 cannot be compared with others yet (it is waiting). Wait until it is classified."
    )
