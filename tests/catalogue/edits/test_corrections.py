"""Corrections as labelled pictures: which are kept back, which contradict each other, as a manifest."""

from datetime import UTC, datetime
from hashlib import sha256

from tenfold.catalogue.edits.corrections import (
    CorrectedEntries,
    CorrectedPicture,
    Count,
    is_held_out,
)
from tenfold.database import Database
from tests.catalogue.making import made, put

MOMENT = datetime(2026, 2, 1, tzinfo=UTC)


def corrected(number: int, label: str, **columns: object) -> dict[str, object]:
    return made(number, corrected_label=label, corrected_at=MOMENT, corrected_by=0, label=label, **columns)


def key(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def test_one_picture_in_five_is_kept_back_by_its_content_alone() -> None:
    kept = [is_held_out(key(number)) for number in range(2000)]
    assert 0.17 < sum(kept) / len(kept) < 0.23
    assert kept == [is_held_out(key(number)) for number in range(2000)]
    # As it was when this was written: a change would teach a model what it is judged by.
    assert [number for number in range(20) if kept[number]] == [3, 9, 11, 12, 13]


def test_only_what_a_person_said_and_did_not_delete_is_a_correction(database: Database) -> None:
    put(database, [corrected(1, "cat"), made(2), corrected(3, "dog", deleted_at=MOMENT), corrected(4, "")])
    found = CorrectedEntries(database).read()
    assert {(one.hash, one.label) for one in found.pictures} == {(key(1), "cat"), (key(4), "")}
    assert found.none_of_these() == [CorrectedPicture(key(4), "")]
    assert [one.label for one in found.training()] == ["cat"]


def test_what_was_not_looked_at_yet_has_no_side_and_waits(database: Database) -> None:
    put(database, [corrected(1, "cat", state="waiting"), corrected(2, "cat")])
    assert [one.hash for one in CorrectedEntries(database).read().pictures] == [key(2)]


def test_a_picture_that_two_people_name_otherwise_is_left_out(database: Database) -> None:
    put(
        database,
        [
            corrected(1, "cat", hash=key(1)),
            corrected(2, "dog", hash=key(1), owner_id=2),
            corrected(3, "frog", hash=key(3)),
            corrected(4, "frog", hash=key(3), owner_id=2),
        ],
    )
    found = CorrectedEntries(database).read()
    assert [one.label for one in found.pictures] == ["frog"]
    assert found.contradicted == 1


def test_what_is_corrected_later_leaves_every_picture_on_its_side(database: Database) -> None:
    put(database, [corrected(number, "cat") for number in range(1, 30)])
    before = {one.hash: one.held_out for one in CorrectedEntries(database).read().pictures}
    put(database, [corrected(number, "dog") for number in range(30, 60)])
    after = {one.hash: one.held_out for one in CorrectedEntries(database).read().pictures}
    assert len(after) == 59
    assert {name: after[name] for name in before} == before


def test_counts_are_of_each_class_and_side(database: Database) -> None:
    put(database, [corrected(number, "dog" if number > 9 else "cat") for number in range(1, 20)])
    assert CorrectedEntries(database).read().counts() == {"cat": Count(7, 2), "dog": Count(7, 3)}


def test_copies_of_one_photograph_fall_on_the_same_side() -> None:
    copies = [CorrectedPicture(key(number), "cat", perceptual_hash=77) for number in range(50)]
    assert len({one.held_out for one in copies}) == 1
    others = [CorrectedPicture(key(0), "cat", perceptual_hash=number).held_out for number in range(2000)]
    assert 300 < sum(others) < 500
