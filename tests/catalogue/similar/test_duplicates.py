import time

import numpy as np
import pytest
from sqlalchemy import update

from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.similar import duplicates
from tenfold.catalogue.similar.duplicates import Duplicates, grouped
from tenfold.catalogue.similar.perceptual_hash import ALIKE
from tenfold.database import Database
from tenfold.errors import UsageError
from tests.catalogue.making import made, put


def random_looks(count: int, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def flipped(perceptual_hash: int, bits: int, seed: int = 0) -> int:
    for bit in np.random.default_rng(seed).choice(64, bits, replace=False):
        perceptual_hash ^= 1 << int(bit)
    return perceptual_hash


def signed(perceptual_hash: int) -> int:
    return perceptual_hash - 2**64 if perceptual_hash >= 2**63 else perceptual_hash


def test_whatever_differs_in_few_bits_is_found_and_nothing_else() -> None:
    base = random_looks(400)
    hashes = [int(perceptual_hash) for perceptual_hash in base]
    for i in range(300):
        hashes.append(flipped(hashes[i], i % (ALIKE + 3), seed=i))
    ids = np.arange(1, len(hashes) + 1, dtype=np.int64)
    found = {tuple(group.tolist()) for group in grouped(ids, np.array(hashes, np.uint64))}
    assert found == {(i + 1, 401 + i) for i in range(300) if i % (ALIKE + 3) <= ALIKE}


def test_a_copy_of_a_copy_is_in_the_group() -> None:
    first = int(random_looks(1)[0])
    second = first ^ 0b111111
    third = second ^ (0b111111 << 30)
    groups = grouped(np.array([5, 9, 7], np.int64), np.array([first, second, third], np.uint64))
    assert [group.tolist() for group in groups] == [[5, 7, 9]]


def test_plain_pictures_are_no_duplicates_of_each_other() -> None:
    hashes = np.array([0, 0, 1, 2**64 - 1, 2**64 - 1], np.uint64)
    assert grouped(np.arange(5, dtype=np.int64), hashes) == []


def test_many_pictures_take_seconds_not_hours() -> None:
    hashes = random_looks(50_000)
    hashes[1::1000] = hashes[::1000]
    start = time.process_time()
    assert len(grouped(np.arange(50_000, dtype=np.int64), hashes)) == 50
    assert time.process_time() - start < 20  # each with each would be 1.25 thousand million comparisons


@pytest.fixture
def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(duplicates, "_SECONDS_KEPT", -1.0)
    hashes = [signed(int(perceptual_hash)) for perceptual_hash in random_looks(5)]
    rows = [made(i + 1, perceptual_hash=perceptual_hash) for i, perceptual_hash in enumerate(hashes)]
    rows += [made(i + 6, perceptual_hash=hashes[i], owner_id=i % 2, shared=False) for i in range(4)]
    put(database, [*rows, made(10)])
    return database


def test_groups_come_in_pages(filled: Database) -> None:
    found, after = [], None
    while True:
        page = Duplicates(filled).page(administrator=True, limit=3, after=after)
        found += [[one.entry.id for one in group] for group in page.groups]
        after = page.next
        if after is None:
            break
    assert found == [[4, 9], [3, 8], [2, 7], [1, 6]]


def test_a_person_sees_only_what_is_theirs_to_see(filled: Database) -> None:
    found = Duplicates(filled).page(person=2).groups
    assert [[one.entry.id for one in group] for group in found] == [[3, 8], [1, 6]]


def test_what_is_deleted_is_no_duplicate(filled: Database) -> None:
    with filled.writing() as session:
        session.execute(update(Entry).where(Entry.id == 9).values(deleted_at=Entry.added_at))
    found = Duplicates(filled).page(administrator=True).groups
    assert [[one.entry.id for one in group] for group in found] == [[3, 8], [2, 7], [1, 6]]


@pytest.mark.parametrize("after", ["x", "-1", "0", "9" * 30, "²"])
def test_a_place_that_is_none_is_refused(filled: Database, after: str) -> None:
    with pytest.raises(UsageError, match=r"^after is no place among the duplicates .* Send `next`"):
        Duplicates(filled).page(after=after)


def test_the_best_of_a_group_is_first_and_the_others_follow_by_likeness(database: Database) -> None:
    look = 0x0F0F_1234_5678_9ABC
    rows = [
        made(1, width=100, height=100, bytes=9000, perceptual_hash=look ^ 0b11),
        made(2, width=400, height=300, bytes=5000, perceptual_hash=look),
        made(3, width=400, height=300, bytes=4000, perceptual_hash=look ^ 0b1),
        made(4, width=400, height=300, bytes=5000, perceptual_hash=look),
    ]
    put(database, rows)
    (group,) = Duplicates(database).page(administrator=True).groups
    assert [one.entry.id for one in group] == [2, 4, 3, 1]
    assert [one.likeness for one in group] == [1, 1, 63 / 64, 62 / 64]
