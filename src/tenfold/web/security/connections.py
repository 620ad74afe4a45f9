"""uvicorn's HTTP connection, with limits on clients that hold one without using it.

uvicorn waits forever for the head of a request and for a client that does not read its response, and takes
any number of connections; each costs memory and a file descriptor. The rate of request bodies is limited in
guard.py. Connections that become WebSockets are no longer its own: uvicorn ends those whose client does not
answer, and a quota limits them. Knows nothing of requests' contents.
"""

import asyncio
from collections import Counter

from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from tenfold.settings import Settings

# Extra seconds to read: a busy server may reach the deadline before it has read what arrived in time.
_READ_SECONDS = 0.05


class Connection(H11Protocol):
    """Made by uvicorn for each client; the limits are those of the settings of the app's service."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        assert isinstance(self.config.app, FastAPI)
        self._settings: Settings = self.config.app.state.service.settings
        self.timeout_keep_alive = self._settings.idle_seconds
        self._aborted = False
        self._idle_since = self.loop.time()
        self._send_timer: asyncio.TimerHandle | None = None
        self._head_timer: asyncio.TimerHandle | None = None
        self._start_head_timer()
        if len(self.connections) > self._settings.max_connections:
            self._close_one()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            self._cancel_head_timer()  # it became a WebSocket
        elif self.answering:
            self._cancel_head_timer()
        elif self._head_timer is None:
            self._start_head_timer()

    def on_response_complete(self) -> None:
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timer()
        self._cancel_send_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._start_send_timer()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_send_timer()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection without a request, unless one arrives in the last moment."""
        self.timeout_keep_alive_task = self.loop.call_later(_READ_SECONDS, super().timeout_keep_alive_handler)

    @property
    def answering(self) -> bool:
        """Whether the head of a request has arrived and its response is not sent yet."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def waiting(self) -> bool:
        """Whether the server waits for the client to send something."""
        return not self.answering or self.cycle.more_body

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(self._settings.head_seconds, self._end_head)

    def _end_head(self) -> None:
        self._head_timer = self.loop.call_later(_READ_SECONDS, self._abort)

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _start_send_timer(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        self._send_timer = self.loop.call_later(self._settings.stall_seconds, self._check_rate, unsent)

    def _check_rate(self, unsent_before: int) -> None:
        sent = unsent_before - self.transport.get_write_buffer_size()
        if sent < self._settings.least_rate * self._settings.stall_seconds:
            self._abort()
        else:
            self._start_send_timer()

    def _cancel_send_timer(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _abort(self) -> None:
        self._aborted = True  # `connection_lost` is called later
        self.transport.abort()

    def _close_one(self) -> None:
        """Close a connection where there are too many.

        Of those that wait for their client, one of the address with the most connections; rather one without
        a request than one whose body is arriving, then the one idle longest. If none waits, this one.
        """
        connections = [one for one in self.connections if isinstance(one, Connection) and not one._aborted]
        if len(connections) <= self._settings.max_connections:
            return
        per_address = Counter(one._address for one in connections)
        waiting = [one for one in connections if one.waiting and one is not self]
        chosen = max(
            waiting,
            key=lambda one: (per_address[one._address], not one.answering, -one._idle_since),
            default=self,
        )
        chosen._abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""
