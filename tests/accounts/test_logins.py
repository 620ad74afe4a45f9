"""Signing in: what is answered, and what is kept of it."""

import pytest

from tenfold.accounts.logins import Client
from tenfold.errors import AccountError, LoginRefused, TooManyLogins
from tests.accounts.conftest import WORDS, Clock, Office

HERE = Client(address="10.0.0.1", agent="A browser")


def actions(office: Office) -> list[tuple[str, str, str]]:
    return [(one.person, one.action, one.subject) for one in office.audit.latest()[::-1]]


def test_the_right_password_begins_a_session(office: Office, ann: int) -> None:
    found = office.sessions.find(office.logins.sign_in(" ANN ", WORDS, HERE))
    assert found is not None
    assert (found.person_id, found.address, found.agent) == (ann, "10.0.0.1", "A browser")
    assert actions(office)[-1] == ("Ann", "login", "Ann")


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    office.people.change(vic, disabled=True)
    answers = set()
    for name, password in (
        ("Ann", "wrong words"),
        ("Zed", WORDS),
        ("Vic", WORDS),
        ("", ""),
        ("\0", "\ud800"),
    ):
        with pytest.raises(LoginRefused) as refused:
            office.logins.sign_in(name, password, HERE)
        answers.add(str(refused.value))
    assert answers == {
        "The name or the password is not right. Try again; an administrator can give you another password."
    }


def test_after_some_failures_the_right_password_has_to_wait_too(
    office: Office, ann: int, clock: Clock
) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefused):
            office.logins.sign_in("Ann", "wrong words", HERE)
    with pytest.raises(TooManyLogins):
        office.logins.sign_in("Ann", WORDS, HERE)
    clock.forward(seconds=1)
    assert office.logins.sign_in("Ann", WORDS, HERE)


def test_an_unknown_name_is_slowed_down_as_a_known_one(office: Office, ann: int) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefused):
            office.logins.sign_in("Zed", "wrong words", HERE)
    with pytest.raises(TooManyLogins) as refused:
        office.logins.sign_in("Zed", "wrong words", HERE)
    assert refused.value.seconds == 1


def test_failures_are_in_the_log_but_not_what_was_typed_for_a_name(office: Office, ann: int) -> None:
    for name in ("Ann", "my password by mistake"):
        with pytest.raises(LoginRefused):
            office.logins.sign_in(name, "wrong words", HERE)
    assert actions(office)[1:] == [("Ann", "login.failed", "Ann"), ("", "login.failed", "")]
    assert "mistake" not in str(office.audit.latest())
    assert "wrong words" not in str(office.audit.latest())


def test_being_slowed_down_is_in_the_log(office: Office, ann: int) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefused):
            office.logins.sign_in("Ann", "wrong words", HERE)
    last = office.audit.latest(limit=1)[0]
    assert (last.action, last.details, last.address) == ("login.blocked", {"seconds": 1}, "10.0.0.1")


def test_signing_out_ends_the_session(office: Office, ann: int) -> None:
    cookie = office.logins.sign_in("Ann", WORDS, HERE)
    found = office.sessions.find(cookie)
    assert found is not None
    office.logins.sign_out(found, Client(cookie=cookie))
    assert office.sessions.find(cookie) is None
    assert actions(office)[-1] == ("Ann", "logout", "Ann")


def test_a_new_password_needs_the_old_one_and_ends_all_other_sessions(office: Office, ann: int) -> None:
    here, elsewhere = (office.logins.sign_in("Ann", WORDS, HERE) for _ in range(2))
    found = office.sessions.find(here)
    assert found is not None
    with pytest.raises(LoginRefused):
        office.logins.change_password(found, "wrong words", "nine blue kettles", HERE)
    with pytest.raises(AccountError, match="is too short"):
        office.logins.change_password(found, WORDS, "short", HERE)
    assert office.sessions.find(elsewhere) is not None
    new = office.logins.change_password(found, WORDS, "nine blue kettles", HERE)
    assert office.sessions.find(here) is office.sessions.find(elsewhere) is None
    assert office.sessions.find(new) is not None
    with pytest.raises(LoginRefused):
        office.logins.sign_in("Ann", WORDS, HERE)
    assert office.logins.sign_in("Ann", "nine blue kettles", HERE)


def test_guessing_the_old_password_is_limited_as_signing_in_is(office: Office, ann: int) -> None:
    found = office.sessions.find(office.logins.sign_in("Ann", WORDS, HERE))
    assert found is not None
    for _ in range(5):
        with pytest.raises(LoginRefused):
            office.logins.change_password(found, "wrong words", "nine blue kettles", HERE)
    with pytest.raises(TooManyLogins):
        office.logins.change_password(found, WORDS, "nine blue kettles", HERE)
