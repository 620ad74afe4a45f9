"""People: added, changed, disabled; always an administrator among them."""

import threading

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tenfold.accounts.passwords import Passwords
from tenfold.accounts.people import People, checked_name, key_of
from tenfold.accounts.tables import Person
from tenfold.database import Database
from tenfold.errors import AccountError, UnknownAccount
from tests.accounts.conftest import WORDS, Office


def administrators(office: Office) -> list[str]:
    """Those who can sign in."""
    everybody = office.people.everybody()
    return [one.name for one in everybody if one.role == "administrator" and not one.disabled]


def test_somebody_added_is_listed_found_and_can_sign_in(office: Office, ann: int) -> None:
    bob = office.people.add("  Bob  the Builder ", "viewer", WORDS + "!", by=ann)
    assert (bob.name, bob.role, bob.disabled) == ("Bob the Builder", "viewer", False)
    assert [one.name for one in office.people.everybody()] == ["Ann", "Bob the Builder"]
    assert office.people.get(bob.id) == office.people.named("BOB THE BUILDER") == bob
    assert office.people.check("bob the builder", WORDS + "!") == bob
    assert office.people.check("bob the builder", WORDS) is None


def test_names_to_show(office: Office, ann: int) -> None:
    assert office.people.name_of(ann) == "Ann"
    assert office.people.name_of(0) == office.people.name_of(99) == ""
    assert office.people.names_of([0, ann, 99]) == {ann: "Ann"}


@pytest.mark.parametrize("name", ["ann", "ＡＮＮ", "Ann ", "\u1d2cnn"])
def test_a_name_that_looks_like_another_is_taken(office: Office, ann: int, name: str) -> None:
    with pytest.raises(AccountError, match=r"^The name '.*' is taken\. Choose another\.$"):
        office.people.add(name, "viewer", WORDS)


@pytest.mark.parametrize("name", ["Ann\u202egpj", "A\0nn", "An\u200bn", "Ann\n\x07", "\ud800", "A\ufeffnn"])
def test_a_name_with_what_cannot_be_seen_is_refused(office: Office, name: str) -> None:
    with pytest.raises(AccountError, match=r"The name holds characters that cannot be seen \(U\+"):
        office.people.add(name, "administrator", WORDS)
    assert office.people.check(name, WORDS) is None


@pytest.mark.parametrize(
    ("name", "words"), [("  ", "is empty"), ("x" * 101, "is too long"), ("ﷺ" * 90, "is too long")]
)
def test_a_name_of_no_use_is_refused(office: Office, name: str, words: str) -> None:
    with pytest.raises(AccountError, match=words):
        office.people.add(name, "administrator", WORDS)


@given(st.text(max_size=120))
def test_a_name_that_is_taken_keeps_its_look(name: str) -> None:
    try:
        kept = checked_name(name)
    except AccountError:
        return
    assert checked_name(kept) == kept
    assert key_of(kept) == key_of(name) == key_of(key_of(name))
    assert kept.isprintable()


def test_the_first_account_is_an_administrator_s(office: Office) -> None:
    assert not office.people.anybody()
    with pytest.raises(AccountError) as refused:
        office.people.add("Vic", "viewer", WORDS)
    assert str(refused.value) == (
        "The first account has to be an administrator's: otherwise nobody could change anything (viewer). "
        "Add an administrator first."
    )
    assert not office.people.anybody()


def test_the_first_account_is_seen_by_this_process_at_once(office: Office) -> None:
    seen = [office.people.nobody_lately, office.people.anybody(), office.people.nobody_lately]
    assert seen == [False, False, True]  # at first nobody has asked yet
    office.people.add("Ann", "administrator", WORDS)
    assert [office.people.nobody_lately, office.people.anybody()] == [False, True]


def test_the_last_administrator_cannot_be_disabled_or_made_less(office: Office, ann: int) -> None:
    for change in ({"disabled": True}, {"role": "operator"}):
        with pytest.raises(AccountError) as refused:
            office.people.change(ann, **change)
        assert str(refused.value) == (
            "Ann is the last administrator. Make somebody else an administrator first."
        )
    assert office.people.get(ann).role == "administrator"
    eva = office.people.add("Eva", "administrator", WORDS).id
    office.people.change(ann, role="viewer")
    with pytest.raises(AccountError, match="is the last administrator"):
        office.people.change(eva, disabled=True)


def test_one_who_is_disabled_does_not_count_as_administrator(office: Office, ann: int) -> None:
    eva = office.people.add("Eva", "administrator", WORDS).id
    office.people.change(eva, disabled=True)
    with pytest.raises(AccountError, match="is the last administrator"):
        office.people.change(ann, disabled=True)
    office.people.change(eva, disabled=False)
    office.people.change(ann, disabled=True)
    assert administrators(office)


def test_two_administrators_who_disable_each_other_at_once_are_not_both_gone(
    office: Office, ann: int
) -> None:
    eva = office.people.add("Eva", "administrator", WORDS).id
    for _ in range(5):
        refused: list[AccountError] = []

        def disable(person: int, refused: list[AccountError] = refused) -> None:
            try:
                office.people.change(person, disabled=True)
            except AccountError as error:
                refused.append(error)

        threads = [threading.Thread(daemon=True, target=disable, args=(person,)) for person in (ann, eva)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert administrators(office)
        for person in (ann, eva):
            office.people.change(person, disabled=False)


def test_a_change_is_made_whole_or_not_at_all(office: Office, ann: int) -> None:
    with pytest.raises(AccountError, match="is the last administrator"):
        office.people.change(ann, password="another long one", role="viewer")
    assert office.people.check("Ann", WORDS)
    with pytest.raises(AccountError, match="is too short"):
        office.people.change(ann, password="short", disabled=False)


def test_one_who_is_disabled_is_not_let_in(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    office.people.change(vic, disabled=True)
    assert office.people.check("Vic", WORDS) is None
    office.people.change(vic, disabled=False)
    assert office.people.check("Vic", WORDS)


def test_who_does_not_exist_is_told(office: Office, ann: int) -> None:
    with pytest.raises(UnknownAccount, match=r"^'Zed' has no account\. There are Ann\.$"):
        office.people.named("Zed")
    for number in (99, 0, -1, 2**40):
        with pytest.raises(UnknownAccount, match=f"^The person {number} does not exist"):
            office.people.get(number)


def test_a_password_kept_with_old_parameters_is_kept_anew_at_the_next_login(
    office: Office, ann: int, database: Database
) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    people = People(database, dearer, office.audit)
    assert people.check("Ann", "wrong words") is None
    assert office.people.check("Ann", WORDS)  # nothing to renew by the old parameters

    def kept() -> str:
        with database.reading() as look:
            return look.scalars(select(Person.password_hash)).one()

    assert "t=1" in kept()
    assert people.check("Ann", WORDS)
    assert "t=2" in kept()
    assert people.check("Ann", WORDS)


def test_every_change_is_in_the_log_and_no_password(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS, by=ann, address="10.0.0.1").id
    office.people.change(vic, role="operator", disabled=True, password="nine blue kettles", by=ann)
    office.people.change(vic, role="operator", disabled=True, by=ann)  # nothing of it is new
    noted = office.audit.latest()[::-1]
    assert [(one.person, one.action, one.subject, one.details) for one in noted] == [
        ("", "person.add", "Ann", {"role": "administrator"}),
        ("Ann", "person.add", "Vic", {"role": "viewer"}),
        ("Ann", "person.role", "Vic", {"from": "viewer", "to": "operator"}),
        ("Ann", "person.disable", "Vic", {}),
        ("Ann", "person.password", "Vic", {}),
    ]
    assert noted[1].address == "10.0.0.1"
    assert "kettles" not in str(noted)
