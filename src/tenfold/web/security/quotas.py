"""Limits on the total use of all requests: bytes of uploads, concurrent requests. Knows no HTTP.

A quota has a limit for everybody and a smaller one for each client (a person, an address), so that no client
can use all of it. Bytes are released only when they are freed: `CountedBytes` owns the bytes of an upload and
drops them after use, even if the upload is still referenced.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TypeVar

from tenfold.errors import TenfoldError
from tenfold.web.request_errors import Overloaded

T = TypeVar("T")


class Quota:
    """Counts use, and refuses more than the limits. Safe in many threads.

    Args:
        limit: the most that all clients use together.
        client_percent: the most that one client uses, in percent of the limit.
        full: the clause of a refusal about the server: "works on 128 requests, and takes no more".
    """

    def __init__(self, limit: int, *, client_percent: int, full: str) -> None:
        self.limit, self.used = limit, 0
        self._client_percent, self._full = client_percent, full
        self._by_client: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def most_of_one(self) -> int:
        """The most that one client uses."""
        return max(1, self.limit * self._client_percent // 100)

    def check(self, clients: Sequence[str], count: int) -> None:
        """Raise Overloaded if `count` more would be refused now. Reserves nothing."""
        with self._lock:
            self._check(clients, count)

    @contextmanager
    def reservation(self, clients: Sequence[str] = ()) -> Iterator["Reservation"]:
        """A request's part of the quota, which is empty at first and released at the end.

        Args:
            clients: the clients whose limits it counts against: the person, the address.
        """
        reservation = Reservation(self, clients)
        try:
            yield reservation
        finally:
            reservation.close()

    def reserve(self, clients: Sequence[str], count: int) -> None:
        """Raise Overloaded if there is not so much left."""
        if count:
            with self._lock:
                self._check(clients, count)
                self._add(clients, count)

    def release(self, clients: Sequence[str], count: int) -> None:
        if count:
            with self._lock:
                self._add(clients, -count)

    def _add(self, clients: Sequence[str], count: int) -> None:
        self.used += count
        for client in clients:
            self._by_client[client] += count
            if not self._by_client[client]:
                del self._by_client[client]

    def _check(self, clients: Sequence[str], count: int) -> None:
        if self.used + count > self.limit:
            raise Overloaded("This server", self._full, cure="Try again in a moment.")
        if any(self._by_client[client] + count > self.most_of_one for client in clients):
            raise Overloaded(
                "This server",
                "works on as much of yours as one client may have at the same time",
                cure="Send less at a time.",
            )


class Reservation:
    """What one request has reserved. Used in one thread, unlike the bytes attached to it."""

    def __init__(self, quota: Quota, clients: Sequence[str]) -> None:
        self._quota, self._clients = quota, clients
        self._reserved = 0
        self._attached: set[CountedBytes] = set()

    def reserve(self, count: int) -> None:
        """Raise Overloaded if there is not so much left."""
        self._quota.reserve(self._clients, count)
        self._reserved += count

    def release(self, count: int) -> None:
        count = min(count, self._reserved)  # a task may end after its request has released everything
        self._quota.release(self._clients, count)
        self._reserved -= count

    def attach(self, content: bytes) -> "CountedBytes":
        """Count reserved bytes as the upload's: they are released when they are freed."""
        self._reserved -= len(content)
        attached = CountedBytes(content, lambda count: self._quota.release(self._clients, count))
        self._attached = {one for one in self._attached if not one.gone} | {attached}
        return attached

    def close(self) -> None:
        """Release everything; bytes that a thread is using follow when it is done."""
        self.release(self._reserved)
        for one in self._attached:
            one.discard()


class CountedBytes:
    """The bytes of one upload, until they are consumed or discarded.

    Args:
        release: called with their number when they are freed.
    """

    def __init__(self, content: bytes, release: Callable[[int], None]) -> None:
        self._content: bytes | None = content
        self._release = release
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Their number; 0 after they were freed."""
        content = self._content
        return 0 if content is None else len(content)

    @property
    def gone(self) -> bool:
        """Whether they were consumed or discarded."""
        return self._content is None

    def consume(self, function: Callable[[bytes], T]) -> T:
        """The result of `function(content)`; the bytes are gone afterwards.

        A TenfoldError is raised without its traceback: the answer keeps such errors, and the frames of a
        traceback would keep the bytes.

        Raises:
            CancelledError: they are gone already, because the request has ended.
        """
        content = self._take()
        if content is None:
            raise CancelledError
        count = len(content)
        try:
            return function(content)
        except TenfoldError as error:
            error.__cause__ = error.__context__ = error.__traceback__ = None
            raise
        finally:
            del content
            self._release(count)

    def discard(self) -> None:
        """Drop the bytes, unless they are being consumed."""
        content = self._take()
        if content is not None:
            self._release(len(content))

    def _take(self) -> bytes | None:
        with self._lock:
            content, self._content = self._content, None
            return content
