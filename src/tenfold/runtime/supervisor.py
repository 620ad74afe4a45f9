"""Keeps services running: starts them, restarts them after a fault, reports their health.

A service is whatever runs for as long as the server does: it follows the live model, does jobs, watches
folders. Each runs in a thread of its own. Knows no service, no HTTP and no database.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

log = logging.getLogger(__name__)

# Seconds between a fault and the next start: doubled each time, up to the second figure. That is well below
# a worker's lease, so a worker that waits for the database keeps its jobs.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
# Seconds after which a running service has recovered: the next fault counts as the first.
RECOVERED_SECONDS = 60.0
# Faults in a row after which a service is down.
DOWN_AFTER = 3

State = Literal["running", "failing", "stopped"]


class Service(Protocol):
    """Something that runs until it is stopped.

    Attributes:
        name: in lower case with hyphens, "watched-folders"; the page has a text for it.
    """

    name: str

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set. An error ends it; the supervisor starts it again after a pause."""

    def wake(self) -> None:
        """Look at once: for work, or at `stop`. Called from any thread."""


@dataclass(frozen=True)
class ServiceFault:
    """What ended a run of a service.

    Attributes:
        code: what kind of fault, for programs.
        kind: the same in English, for everybody.
        facts: all about it (`TenfoldError.facts`), for whoever runs the server: no value of a row, no content
            of a file.
        expected: it is not a fault of the program, so the log needs no traceback.
        at: when it happened.
    """

    code: str
    kind: str
    facts: Mapping[str, Any]
    expected: bool
    at: datetime

    @property
    def words(self) -> str:
        """All about it, in English."""
        return str(self.facts["detail"])


@dataclass(frozen=True)
class ServiceHealth:
    """How a service is.

    Attributes:
        state: failing: its last run ended with a fault, and it waits to be started again.
        since: when it came into this state.
        fault: the last one, also of a service that runs again.
        faults: how many there were since the supervisor started.
        in_a_row: how many of them followed each other without a good run between.
    """

    name: str
    state: State
    since: datetime
    fault: ServiceFault | None = None
    faults: int = 0
    in_a_row: int = 0

    @property
    def down(self) -> bool:
        """Whether it fails again and again: one fault may be a database that was busy for a moment."""
        return self.state == "failing" and self.in_a_row >= DOWN_AFTER


class Supervisor:
    """Runs services until `stop`.

    Args:
        describe: puts an error into words.
    """

    def __init__(self, services: Sequence[Service], describe: Callable[[Exception], ServiceFault]) -> None:
        self._services, self._describe = services, describe
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._health = {one.name: ServiceHealth(one.name, "stopped", _now()) for one in services}
        assert len(self._health) == len(services), "two services of one name"

    def start(self) -> None:
        """Start every service."""
        assert not self._threads, "started twice"
        for service in self._services:
            thread = threading.Thread(
                target=self._keep_running, args=(service,), name=f"tenfold-{service.name}", daemon=True
            )
            self._set(service, state="running", since=_now())
            thread.start()
            # Once it runs: Ctrl-C may come in between, and `stop` waits for these.
            self._threads.append(thread)

    def stop(self, seconds: float) -> list[str]:
        """Tell every service to stop and wait for them, `seconds` in all; the names of those that did not."""
        self._stop.set()
        for service in self._services:
            service.wake()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return [
            service.name
            for service, thread in zip(self._services, self._threads, strict=False)
            if thread.is_alive()
        ]

    def health(self) -> list[ServiceHealth]:
        """How every service is, in their order."""
        with self._lock:
            return list(self._health.values())

    def _keep_running(self, service: Service) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                service.run(self._stop)
                assert self._stop.is_set(), f"the service {service.name} ended by itself"
            except Exception as error:  # noqa: BLE001 - any error is shown, and the service is restarted
                recovered = time.monotonic() - started >= RECOVERED_SECONDS
                pause = FIRST_PAUSE if recovered else pause
                self._failed(service, self._describe(error), recovered, pause)
                self._stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            if not self._stop.is_set():
                self._set(service, state="running", since=_now())
        self._set(service, state="stopped", since=_now())

    def _failed(self, service: Service, fault: ServiceFault, recovered: bool, pause: float) -> None:
        words = "The service %s failed (%s); it starts again in %g seconds"
        log.warning(words, service.name, fault.words, pause, exc_info=not fault.expected)
        before = self._health[service.name]
        in_a_row = 1 if recovered else before.in_a_row + 1
        self._set(
            service,
            state="failing",
            since=fault.at,
            fault=fault,
            faults=before.faults + 1,
            in_a_row=in_a_row,
        )

    def _set(self, service: Service, **values: object) -> None:
        with self._lock:
            self._health[service.name] = replace(self._health[service.name], **values)  # type: ignore[arg-type]


class Periodic:
    """A service that does the same again and again, with a pause between.

    Args:
        seconds: how long the pause is; `wake` cuts it short.
        do: raises where it fails; it is then repeated after the supervisor's pause.
    """

    def __init__(self, name: str, seconds: float, do: Callable[[], object]) -> None:
        self.name, self._seconds, self._do = name, seconds, do
        self._woken = threading.Event()

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._woken.clear()
            self._do()
            self._woken.wait(0 if stop.is_set() else self._seconds)

    def wake(self) -> None:
        self._woken.set()


def _now() -> datetime:
    return datetime.now(UTC)
