"""One connection of a client, with an end: uvicorn's, closed where the client keeps it without using it.

A head that does not arrive, an answer that is not taken, and more connections than there is room for: each
costs memory and a file handle for as long as the client likes, and uvicorn has no limit for any of them. The
pace of bodies is the guard's. Knows nothing of what is asked and answered.
"""

import asyncio
from collections import Counter

from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from tenfold.settings import Settings


class Connection(H11Protocol):
    """Made by uvicorn for each client; the limits are those of the settings of the app's service."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        assert isinstance(self.config.app, FastAPI)
        self._settings: Settings = self.config.app.state.service.settings
        self._aborted = False
        self._waits_since = self.loop.time()
        self._taking: asyncio.TimerHandle | None = None
        self._head: asyncio.TimerHandle | None = None
        self._expect_head()
        if len(self.connections) > self._settings.max_connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.answering:
            self._cancel_head()
        elif self._head is None:
            self._expect_head()

    def on_response_complete(self) -> None:
        self._waits_since = self.loop.time()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head()
        self._cancel_taking()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_taking()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_taking()

    @property
    def answering(self) -> bool:
        """Whether the head of a request is there whose answer has not gone out."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def waiting(self) -> bool:
        """Whether it is the client's turn to send."""
        return not self.answering or self.cycle.more_body

    def _expect_head(self) -> None:
        self._head = self.loop.call_later(self._settings.head_seconds, self._abort)

    def _cancel_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _expect_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(self._settings.stall_seconds, self._check_taking, left)

    def _check_taking(self, before: int) -> None:
        taken = before - self.transport.get_write_buffer_size()
        if taken < self._settings.least_rate * self._settings.stall_seconds:
            self._abort()
        else:
            self._expect_taking()

    def _cancel_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _abort(self) -> None:
        self._aborted = True  # the transport tells of it later
        self.transport.abort()

    def _make_room(self) -> None:
        """Where there are too many, close one that waits for its client: of the address that has most, the
        one without a request before the one whose body is arriving, the longest waiting first. Where none
        waits, this one."""
        ours = [one for one in self.connections if isinstance(one, Connection) and not one._aborted]
        if len(ours) <= self._settings.max_connections:
            return
        count = Counter(one._address for one in ours)
        waiting = [one for one in ours if one.waiting and one is not self]
        worst = max(
            waiting, key=lambda one: (count[one._address], not one.answering, -one._waits_since), default=self
        )
        worst._abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""
