"""Guessing becomes slow, for known and unknown names alike."""

import threading

import pytest
from sqlalchemy import func, select

from tenfold.accounts.limits import FREE_ADDRESS, FREE_HERE, FREE_NAME, LoginLimits
from tenfold.accounts.tables import LoginAttempt
from tenfold.database import Database
from tenfold.errors import TooManyLogins
from tests.accounts.conftest import Clock


@pytest.fixture
def limits(database: Database, clock: Clock) -> LoginLimits:
    return LoginLimits(database)


def fail(limits: LoginLimits, times: int, name: str = "ann", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        limits.begin(name, address)


def wait(limits: LoginLimits, name: str = "ann", address: str = "10.0.0.1") -> int:
    with pytest.raises(TooManyLogins) as refused:
        limits.begin(name, address)
    return refused.value.seconds


def test_five_failures_are_free_and_then_each_waits_longer(limits: LoginLimits, clock: Clock) -> None:
    fail(limits, FREE_HERE)
    waited = []
    for _ in range(4):
        waited.append(wait(limits))
        clock.forward(seconds=waited[-1])
        fail(limits, 1)
    assert waited == [1, 2, 4, 8]


def test_the_message_says_how_long(limits: LoginLimits) -> None:
    fail(limits, FREE_HERE)
    with pytest.raises(TooManyLogins) as refused:
        limits.begin("ann", "10.0.0.1")
    assert str(refused.value) == ("Signing in has failed too often (1 s to wait). Wait 1 s, and try again.")


def test_what_was_refused_is_not_counted_again(limits: LoginLimits, clock: Clock) -> None:
    fail(limits, FREE_HERE)
    for _ in range(10):
        assert wait(limits) == 1
    clock.forward(seconds=1)
    fail(limits, 1)


def test_no_wait_is_longer_than_a_quarter_of_an_hour_and_all_is_forgotten_in_one(
    limits: LoginLimits, clock: Clock, database: Database
) -> None:
    fail(limits, FREE_HERE)
    longest = 0
    for _ in range(12):
        longest = max(longest, wait(limits))
        clock.forward(seconds=longest)
        fail(limits, 1)
    assert longest <= 901
    clock.forward(hours=1, seconds=1)
    fail(limits, 1)
    with database.reading() as look:
        assert look.scalar(select(func.count()).select_from(LoginAttempt)) == 3


def test_a_name_is_the_same_however_it_is_written(limits: LoginLimits) -> None:
    for name in ("ann", "ANN", " Ann", "ａnn", "anN"):
        fail(limits, 1, name)
    assert wait(limits) == 1


def test_somebody_elsewhere_is_not_locked_out(limits: LoginLimits) -> None:
    fail(limits, FREE_HERE)
    assert wait(limits) == 1
    limits.begin("ann", "192.168.0.7")
    limits.begin("bob", "10.0.0.1")


def test_one_address_cannot_try_many_names(limits: LoginLimits) -> None:
    for number in range(FREE_ADDRESS):
        fail(limits, 1, f"name {number}")
    assert wait(limits, "another") == 1


def test_a_network_of_ipv6_is_one_address(limits: LoginLimits) -> None:
    for number in range(FREE_ADDRESS):
        fail(limits, 1, f"name {number}", f"2001:db8::{number:x}")
    assert wait(limits, "another", "2001:db8::ffff") == 1
    limits.begin("another", "2001:db8:1::1")
    for number in range(FREE_ADDRESS):
        fail(limits, 1, f"name {number}", f"::ffff:10.1.1.{number % 2}")
    limits.begin("x", "::ffff:10.2.2.2")


def test_many_addresses_cannot_try_one_name_for_ever(limits: LoginLimits) -> None:
    for number in range(FREE_NAME):
        fail(limits, 1, "ann", f"10.0.1.{number}")
    assert wait(limits, "ann", "10.0.2.1") == 1


def test_a_success_forgets_that_name_s_failures_from_there(limits: LoginLimits) -> None:
    fail(limits, FREE_HERE - 1)
    limits.succeeded(limits.begin("ann", "10.0.0.1"))
    fail(limits, FREE_HERE)
    assert limits.wait("ann", "10.0.0.1") == 1


def test_a_success_does_not_forget_the_other_names_tried_from_there(limits: LoginLimits) -> None:
    for number in range(FREE_ADDRESS - 1):
        fail(limits, 1, f"name {number}")
    limits.succeeded(limits.begin("ann", "10.0.0.1"))
    fail(limits, 1, "bob")
    assert wait(limits, "ann") == 1


def test_many_tries_at_the_same_moment_are_not_all_let_through(limits: LoginLimits) -> None:
    let_through: list[int] = []

    def attempt() -> None:
        try:
            limits.begin("ann", "10.0.0.1")
            let_through.append(1)
        except TooManyLogins:
            pass

    threads = [threading.Thread(daemon=True, target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_through) == FREE_HERE


def test_the_table_holds_no_name_and_no_address(limits: LoginLimits, database: Database) -> None:
    fail(limits, 1, "my secret password by mistake")
    with database.reading() as look:
        kept = str(look.scalars(select(LoginAttempt.key)).all())
    assert "secret" not in kept
    assert "10.0.0.1" not in kept
