"""The audit log."""

import pytest

from tenfold.accounts.audit import _KINDS, ACTIONS
from tenfold.database import Database
from tests.accounts.conftest import Office


def test_records_come_newest_first_and_page_by_page(office: Office, ann: int) -> None:
    for number in range(5):
        office.audit.note(ann, "model.live", f"model {number}", {"n": number}, address="10.0.0.1")
    first = office.audit.latest(limit=2)
    assert [one.subject for one in first] == ["model 4", "model 3"]
    rest = office.audit.latest(before=first[-1].id)
    assert [one.subject for one in rest] == ["model 2", "model 1", "model 0", "Ann"]
    assert (rest[0].person_id, rest[0].person, rest[0].address, rest[0].details) == (
        ann,
        "Ann",
        "10.0.0.1",
        {"n": 2},
    )


def test_a_record_is_kept_with_its_change_or_not_at_all(office: Office, database: Database) -> None:
    def lose() -> None:
        with database.writing() as change:
            office.audit.note(0, "model.live", "lost", within=change)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        lose()
    with database.writing() as change:
        office.audit.note(0, "model.live", "kept", within=change)
    assert [one.subject for one in office.audit.latest()] == ["kept"]


def test_the_name_stays_as_it_was(office: Office) -> None:
    office.audit.note(99, "model.live", "by nobody known")
    assert office.audit.latest()[0].person == ""
    assert office.audit.latest()[0].person_id == 99


def test_whatever_a_subject_holds_is_kept(office: Office) -> None:
    for subject in ("a\0b", "x" * 5000, "\n\u202e<script>"):
        office.audit.note(0, "model.remove", subject, address="y" * 500)
    kept = [one.subject for one in office.audit.latest()[::-1]]
    assert kept == ["ab", "x" * 300, "\n\u202e<script>"]


def test_every_action_is_of_one_kind() -> None:
    words = [word for some in _KINDS.values() for word in some]
    assert sorted({action.split(".")[0] for action in ACTIONS}) == sorted(words)
