"""Sessions: what holds, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tenfold.accounts.sessions import Sessions
from tenfold.accounts.tables import Session
from tenfold.database import Database
from tenfold.errors import UnknownAccount
from tests.accounts.conftest import WORDS, Clock, Office


def test_a_cookie_finds_its_person(office: Office, ann: int) -> None:
    cookie = office.sessions.begin(ann, address="10.0.0.1", agent="A browser\n")
    found = office.sessions.find(cookie)
    assert found is not None
    assert (found.person_id, found.name, found.role) == (ann, "Ann", "administrator")
    assert (found.address, found.agent) == ("10.0.0.1", "A browser")


def test_two_cookies_are_never_the_same_and_long(office: Office, ann: int) -> None:
    cookies = {office.sessions.begin(ann) for _ in range(20)}
    assert len(cookies) == 20
    assert all(len(cookie) == 43 for cookie in cookies)  # 32 bytes


def test_the_table_holds_no_cookie(office: Office, ann: int, database: Database) -> None:
    cookie = office.sessions.begin(ann)
    with database.reading() as look:
        rows = str([tuple(row) for row in look.execute(text("SELECT * FROM sessions"))])
    assert cookie not in rows


def test_what_cannot_be_a_cookie_is_refused_without_asking_the_database(
    office: Office, ann: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = office.sessions.begin(ann)
    monkeypatch.setattr(office.sessions._database, "reading", lambda: pytest.fail("it was asked"))
    for forged in ("", "x", f"a{cookie}", cookie[:-1], f"{cookie}.abc", "ß" * 43, f"{cookie}\n"):
        assert office.sessions.find(forged) is None


def test_a_guessed_cookie_does_not_hold(office: Office, ann: int) -> None:
    cookie = office.sessions.begin(ann)
    assert office.sessions.find(cookie[::-1]) is None


def test_servers_that_share_a_database_share_sessions(office: Office, ann: int, database: Database) -> None:
    cookie = office.sessions.begin(ann)
    other = Sessions(database, idle=timedelta(hours=1), lasting=timedelta(days=1))
    assert other.find(cookie) is not None


def test_it_ends_when_it_is_not_used(office: Office, ann: int, clock: Clock) -> None:
    cookie = office.sessions.begin(ann)
    for _ in range(3):
        clock.forward(minutes=50)
        assert office.sessions.find(cookie) is not None
    clock.forward(minutes=61)
    assert office.sessions.find(cookie) is None


def test_looking_is_not_using(office: Office, ann: int, clock: Clock) -> None:
    cookie = office.sessions.begin(ann)
    clock.forward(minutes=50)
    assert office.sessions.find(cookie, using=False) is not None
    clock.forward(minutes=11)
    assert office.sessions.find(cookie, using=False) is None


def test_it_ends_however_much_it_is_used(office: Office, ann: int, clock: Clock) -> None:
    cookie = office.sessions.begin(ann)
    for _ in range(47):
        clock.forward(minutes=30)
        assert office.sessions.find(cookie) is not None
    clock.forward(minutes=31)
    assert office.sessions.find(cookie) is None


def test_what_has_ended_is_removed_at_the_next_login(
    office: Office, ann: int, clock: Clock, database: Database
) -> None:
    office.sessions.begin(ann)
    clock.forward(hours=2)
    office.sessions.begin(ann)
    with database.reading() as look:
        assert len(look.scalars(select(Session)).all()) == 1


def test_a_new_login_ends_the_browser_s_old_session(office: Office, ann: int) -> None:
    old, elsewhere = office.sessions.begin(ann), office.sessions.begin(ann)
    new = office.sessions.begin(ann, instead_of=old)
    assert new != old
    assert office.sessions.find(old) is None
    assert office.sessions.find(new) is not None
    assert office.sessions.find(elsewhere) is not None


def test_signing_out_ends_that_session_alone(office: Office, ann: int) -> None:
    here, elsewhere = office.sessions.begin(ann), office.sessions.begin(ann)
    office.sessions.end(here)
    assert office.sessions.find(here) is None
    assert office.sessions.find(elsewhere) is not None
    office.sessions.end("nonsense")
    assert len(office.sessions.of(ann)) == 1


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "nine blue kettles"}])
def test_another_password_and_being_disabled_end_every_session(
    office: Office, ann: int, change: dict[str, object]
) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    cookies = [office.sessions.begin(vic) for _ in range(3)]
    mine = office.sessions.begin(ann)
    office.people.change(vic, **change)  # type: ignore[arg-type]
    assert [office.sessions.find(cookie) for cookie in cookies] == [None] * 3
    assert office.sessions.find(mine) is not None
    if "disabled" in change:
        office.people.change(vic, disabled=False)
        assert office.sessions.find(cookies[0]) is None


def test_another_role_holds_at_once(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "operator", WORDS).id
    cookie = office.sessions.begin(vic)
    office.people.change(vic, role="viewer")
    found = office.sessions.find(cookie)
    assert found is not None
    assert found.role == "viewer"


def test_one_or_all_others_can_be_ended(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    theirs = office.sessions.begin(vic)
    here, *others = (office.sessions.begin(ann) for _ in range(4))
    first = office.sessions.find(others[0])
    mine = office.sessions.find(here)
    assert first is not None
    assert mine is not None
    office.sessions.end_one(ann, first.id)
    assert office.sessions.find(others[0]) is None
    assert office.sessions.end_all(ann, but=mine.id) == 2
    assert [one.id for one in office.sessions.of(ann)] == [mine.id]
    found = office.sessions.find(theirs)
    assert found is not None
    for other in (found.id, first.id, "", "%", "0" * 16):
        with pytest.raises(UnknownAccount, match="The session does not exist, or has ended"):
            office.sessions.end_one(ann, other)
