"""Sends changes to all listeners, with one query for all of them. Knows no HTTP.

A service: it checks at once after changes of this process, and periodically for those of others; only while
somebody listens. An event is a name and JSON in one line.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tenfold.catalogue.entries import changes
from tenfold.database import now
from tenfold.jobs import JobRow
from tenfold.runtime import App
from tenfold.web.job_answers import job_answer
from tenfold.web.request_errors import Overloaded
from tenfold.web.security.visitor import Visitor

MOST_LISTENERS = 200
MOST_LISTENERS_EACH = 20
# Seconds between checks for changes of other processes, and the least time between checks after own changes.
_SECONDS_BETWEEN_CHECKS, _LEAST_SECONDS = 1.0, 0.2
# A change may become visible this long after its timestamp.
_LATE = timedelta(seconds=10)
# A listener that is further behind than this is disconnected; it reconnects and gets the current state.
_MOST_BEHIND = 1000

Event = tuple[str, str]


class Listener:
    """A listener's queue of events; None ends it. Made in the event loop in which they are awaited."""

    def __init__(self, who: Visitor) -> None:
        self.who = who
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def next(self, seconds: float) -> Event | None:
        """The next event, or None at the end; raises TimeoutError where nothing happens for a while."""
        async with asyncio.timeout(seconds):
            return await self._queue.get()

    def send(self, event: Event | None) -> None:
        """Put an event into the queue, from any thread."""
        self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Event | None) -> None:
        if event is not None and self._queue.qsize() >= _MOST_BEHIND:
            event = None
        self._queue.put_nowait(event)


class Events:
    """The listeners of one server, and the service that sends them events."""

    name = "events"

    def __init__(self, app: App) -> None:
        self._app = app
        self._listeners: set[Listener] = set()
        self._woken = threading.Event()
        self._ended = False
        # Whether the next check sends all unfinished jobs: for a new listener; the others get them again.
        self._all_again = False
        self._jobs: dict[str, datetime] = {}
        self._mark: tuple[Any, ...] | None = None
        self._model = ""
        # The last message that was sent to browsers.
        self._notice: int | None = None
        # Larger than any of an earlier server.
        self._version = time.time_ns() // 1_000_000

    @contextmanager
    def listening(self, who: Visitor) -> Iterator[Listener]:
        """A new listener, which first gets the current state; Overloaded where there are too many."""
        whose = who.id, who.address
        here = sum((one.who.id, one.who.address) == whose for one in self._listeners)
        if len(self._listeners) >= MOST_LISTENERS or here >= MOST_LISTENERS_EACH:
            raise Overloaded(
                "This server",
                "tells nobody more what changes",
                received=f"{here} of yours listen, {len(self._listeners)} in all",
                cure="Close other windows of it.",
            )
        listener = Listener(who)
        if self._ended:
            listener.send(None)
        elif not self._listeners:
            self._forget()
        self._all_again = True
        listener.send(("catalogue", json.dumps({"version": self._version})))
        listener.send(("model", json.dumps({"hash": self._app.model_server.model.sha256})))
        self._listeners.add(listener)
        self.wake()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def end(self) -> None:
        """Disconnect all listeners: the server ends."""
        self._ended = True
        for listener in list(self._listeners):
            listener.send(None)

    def wake(self) -> None:
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._woken.wait(_SECONDS_BETWEEN_CHECKS if self._listeners else None)
            self._woken.clear()
            if self._listeners and not stop.is_set():
                again, self._all_again = self._all_again, False
                jobs, events = self._changes_since(again)
                for listener in list(self._listeners):
                    for job in jobs:
                        listener.send(("job", job_answer(job, listener.who).model_dump_json()))
                    for event in events:
                        listener.send(event)
            stop.wait(_LEAST_SECONDS)

    def _changes_since(self, again: bool) -> tuple[list[JobRow], list[Event]]:
        """The jobs that changed, and what else did."""
        events: list[Event] = []
        moving = self._app.jobs.records.moving(now() - _LATE)
        known, self._jobs = self._jobs, {job.id: job.updated_at for job in moving}
        jobs = [job for job in moving if again or known.get(job.id) != job.updated_at]
        mark, before = changes.mark(self._app.database), self._mark
        self._mark = mark
        if before is not None and mark != before:
            self._version += 1
            events.append(("catalogue", json.dumps({"version": self._version})))
        model = self._app.model_server.model.sha256
        if self._model and model != self._model:
            events.append(("model", json.dumps({"hash": model})))
        self._model = model
        notices, self._notice = self._app.outbox.to_pages(self._notice)
        events += [("notice", json.dumps(row.fields)) for row in notices]
        return jobs, events

    def _forget(self) -> None:
        """There was no listener for a while: forget the old state, so that later changes are sent."""
        if self._mark is not None:
            self._version += 1
        self._mark = None
        self._model = ""
        self._notice = None
