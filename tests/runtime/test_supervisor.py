"""Services that fail, stop and hang, under the real supervisor."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tenfold.runtime import supervisor
from tenfold.runtime.supervisor import Periodic, ServiceFault, ServiceHealth, Supervisor
from tests.waiting import until

LONG = 20.0
Describe = Callable[[Exception], ServiceFault]


class Failing:
    """A service that fails `times` times and then runs."""

    name = "failing"

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.left, self.error = times, error or ValueError("a secret of a row")
        self.runs = 0
        self.running = threading.Event()

    def run(self, stop: threading.Event) -> None:
        self.runs += 1
        if self.left:
            self.left -= 1
            raise self.error
        self.running.set()
        stop.wait()

    def wake(self) -> None:
        pass


class Stuck(Failing):
    """A service that does not stop until it is let go."""

    name = "stuck"

    def __init__(self) -> None:
        super().__init__(0)
        self.let_go = threading.Event()

    def run(self, stop: threading.Event) -> None:
        self.running.set()
        self.let_go.wait()
        stop.wait()


class Ending(Failing):
    """A service that ends although nobody told it to."""

    name = "ending"

    def __init__(self) -> None:
        super().__init__(0)

    def run(self, stop: threading.Event) -> None:
        self.runs += 1


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)


@pytest.fixture
def supervised() -> Iterator[Callable[..., Supervisor]]:
    """Starts a supervisor of some services, and stops it at the end."""
    made: list[Supervisor] = []

    def start(*services: supervisor.Service, describe: Describe = unexpected) -> Supervisor:
        made.append(Supervisor(services, describe))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.stop(LONG)


def unexpected(error: Exception) -> ServiceFault:
    facts = {"detail": "see the log"}
    return ServiceFault("internal-error", type(error).__name__, facts, expected=False, at=datetime.now(UTC))


def expected(error: Exception) -> ServiceFault:
    facts = {"detail": "The database does not answer"}
    return ServiceFault("database-error", "Database", facts, expected=True, at=datetime.now(UTC))


def only(supervised: Supervisor) -> ServiceHealth:
    [health] = supervised.health()
    return health


def test_a_service_that_fails_is_started_again_and_its_last_fault_stays_visible(
    supervised: Callable[..., Supervisor], caplog: pytest.LogCaptureFixture
) -> None:
    service = Failing(3)
    running = supervised(service)
    assert service.running.wait(LONG)
    until(lambda: only(running).state == "running")
    health = only(running)
    assert (service.runs, health.faults) == (4, 3)
    assert health.fault is not None
    assert (health.fault.kind, health.fault.at <= health.since) == ("ValueError", True)
    assert not health.down
    # Nobody expected it, so the log has all of it.
    assert "a secret of a row" in caplog.text


def test_a_fault_that_is_to_be_expected_is_one_line_in_words(
    supervised: Callable[..., Supervisor], caplog: pytest.LogCaptureFixture
) -> None:
    service = Failing(1)
    running = supervised(service, describe=expected)
    assert service.running.wait(LONG)
    fault = only(running).fault
    assert fault is not None
    assert fault.words == "The database does not answer"
    [line] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "The database does not answer" in line.getMessage()
    assert "Traceback" not in caplog.text
    assert "a secret of a row" not in caplog.text


def test_between_two_starts_it_is_shown_as_failing_and_the_pauses_grow(
    supervised: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.5)
    running = supervised(Failing(2))
    until(lambda: only(running).faults == 2)
    assert only(running).state == "failing"
    assert not only(running).down
    assert "0.5 seconds" in caplog.text
    assert "in 1 seconds" in caplog.text


def test_one_that_fails_leaves_the_others_alone(supervised: Callable[..., Supervisor]) -> None:
    done = threading.Event()
    running = supervised(Failing(1000), Periodic("fine", 60, done.set))
    assert done.wait(LONG)
    until(lambda: running.health()[0].down)
    assert running.health()[1].state == "running"


def test_one_that_ends_by_itself_is_a_fault_and_is_started_again(
    supervised: Callable[..., Supervisor],
) -> None:
    service = Ending()
    running = supervised(service)
    until(lambda: service.runs > 1)
    fault = only(running).fault
    assert fault is not None
    assert fault.kind == "AssertionError"


def test_stopping_tells_every_service_and_names_those_that_do_not(
    supervised: Callable[..., Supervisor],
) -> None:
    stuck, fine = Stuck(), Periodic("fine", 3600, lambda: None)
    running = supervised(stuck, fine)
    assert stuck.running.wait(LONG)
    begun = time.monotonic()
    assert running.stop(0.2) == ["stuck"]
    assert time.monotonic() - begun < 5
    assert [one.state for one in running.health()] == ["running", "stopped"]
    stuck.let_go.set()
    assert running.stop(LONG) == []


def test_one_that_waits_to_be_started_again_stops_at_once(
    supervised: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 3600.0)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 3600.0)
    running = supervised(Failing(1))
    until(lambda: only(running).state == "failing")
    assert running.stop(5) == []


class TestPeriodic:
    def test_it_does_its_work_again_and_again_until_it_is_stopped(self) -> None:
        stop = threading.Event()
        done = 0

        def do() -> None:
            nonlocal done
            done += 1
            if done == 5:
                stop.set()

        Periodic("often", 0.01, do).run(stop)
        assert done == 5

    def test_waking_cuts_the_pause_short_also_while_it_works(self) -> None:
        done = threading.Semaphore(0)
        stop = threading.Event()
        service = Periodic("seldom", 3600, done.release)
        thread = threading.Thread(daemon=True, target=service.run, args=(stop,))
        thread.start()
        for _ in range(3):
            assert done.acquire(timeout=LONG)
            service.wake()
        stop.set()
        service.wake()
        thread.join(LONG)
        assert not thread.is_alive()
