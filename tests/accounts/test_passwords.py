"""Passwords: what may be chosen, and how they are kept."""

import threading
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from tenfold.accounts import passwords
from tenfold.accounts.passwords import Passwords
from tenfold.errors import AccountError, TooManyLogins
from tests.accounts.conftest import WORDS
from tests.shortcuts.passwords import CHEAP


@pytest.mark.parametrize("password", ["a", "1234567", "x7#kQ2!"])
def test_a_short_one_is_refused(password: str) -> None:
    with pytest.raises(AccountError) as refused:
        passwords.check(password)
    assert str(refused.value) == (
        f"The password is too short ({len(password)} characters). "
        "Take 8 to 128; several words are easy to remember and hard to guess."
    )
    assert password not in str(refused.value) or password in "8 to 128 a"


def test_eight_and_128_characters_are_enough_and_129_too_many() -> None:
    passwords.check("x7#kQ2!v")
    passwords.check("wdkjhgf7" * 8 + "qpzm vbn" * 8)
    with pytest.raises(AccountError, match=r"is too long \(129 characters\)"):
        passwords.check("x7#kQ2!v" * 16 + "y")


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "Password123!",
        "p@ssw0rd",
        "P4ssword1",
        "12345678",
        "987654321",
        "abcdefgh",
        "aaaaaaaa",
        "abcabcabc",
        "1q2w3e4r",
        "qwertyuiop",
        "!!letmein!!",
        "Tenfold2026",
        "correcthorsebatterystaple",
        "йцукенгш",
        "Пароль2024!",
    ],
)
def test_one_that_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(AccountError, match="is one of the first that anybody would try"):
        passwords.check(password)


def test_the_person_s_own_name_is_refused() -> None:
    with pytest.raises(AccountError, match="is one of the first"):
        passwords.check("annabella1", name="Annabella")
    with pytest.raises(AccountError, match="is one of the first"):
        passwords.check("AnnaBella", name="anna bella")
    passwords.check("annabella and the seven kettles", name="Annabella")


@pytest.mark.parametrize(
    "password", ["nothing but words", "73159264880", "ЖЖ кавун і сіль", "🐟🐌🐍🐢🐙🐬🦆🐞"]
)
def test_no_kind_of_character_is_asked_for(password: str) -> None:
    passwords.check(password)


def test_the_list_is_in_lower_case_and_long() -> None:
    common = passwords._common()
    assert len(common) > 700
    assert all(line == line.casefold().strip() for line in common)


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as they are where no test runs."""
    monkeypatch.setattr(passwords, "PasswordHasher", PasswordHasher)


@pytest.mark.usefixtures("costly")
def test_what_is_kept_is_argon2id_and_does_not_hold_the_password() -> None:
    kept = Passwords().hash(WORDS)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert WORDS not in kept
    assert Passwords().hash(WORDS) != kept


def test_only_the_same_password_is_right() -> None:
    made = Passwords(CHEAP)
    kept = made.hash("Größe 8 ½")
    assert made.right("Größe 8 ½", kept)
    assert made.right("Gro\u0308ße 8 ½", kept)  # as another keyboard writes it
    for other in ("größe 8 ½", "Größe 8 ½ ", "", "Größe 8 1⁄2"):
        assert not made.right(other, kept)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_typed_is_compared(one: str, other: str) -> None:
    made = Passwords(CHEAP)
    kept = made.hash(one)
    assert made.right(one, kept)
    assert made.right(other, kept) == (passwords._written(one) == passwords._written(other))


def test_for_nobody_the_same_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(PasswordHasher):
        checked: list[Any]

        def verify(self, kept: Any, password: Any) -> Any:
            self.checked.append(kept.rpartition("$")[0].rpartition("$")[0])
            return super().verify(kept, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    hasher.checked = []
    made = Passwords(hasher)
    assert not made.right(WORDS, made.hash("another one"))
    assert not made.right(WORDS, None)
    assert not made.right("a password that nobody has", None)
    assert len(hasher.checked) == 3
    assert len(set(hasher.checked)) == 1  # the same parameters


@pytest.mark.usefixtures("costly")
def test_what_was_kept_with_other_parameters_is_outdated() -> None:
    assert Passwords().outdated(Passwords(CHEAP).hash(WORDS))
    assert not Passwords(CHEAP).outdated(Passwords(CHEAP).hash(WORDS))


def test_something_else_than_a_hash_is_never_right() -> None:
    assert not Passwords(CHEAP).right(WORDS, "plain")


def test_too_many_at_once_are_sent_away() -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(PasswordHasher):
        def hash(self, *given: Any, **how: Any) -> str:
            begun.set()
            go_on.wait(10)
            return super().hash(*given, **how)

    made = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1))
    threads = [threading.Thread(daemon=True, target=made.hash, args=(WORDS,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    while made._asking < 10:
        threads[0].join(0.01)
    with pytest.raises(TooManyLogins, match="is tried by too many at once"):
        made.hash(WORDS)
    go_on.set()
    for thread in threads:
        thread.join()
    assert made.hash(WORDS)
