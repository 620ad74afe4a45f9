"""What all requests may hold together: bytes of uploads, places for work. Knows no HTTP.

A room has a limit for everybody, and a smaller one for each holder (a person, an address), so that no single
client can fill it. What is counted is given back only when it is really gone: `Held` owns the bytes of an
upload, and drops them when they have been used, whoever may still refer to the upload.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TypeVar

from tenfold.errors import TenfoldError
from tenfold.web.problems import Overloaded

T = TypeVar("T")


class Room:
    """Counts what is held, and refuses more than the limits. Safe in many threads.

    Args:
        limit: the most that all hold together.
        percent: the most that one holder has of it.
        full: what a refusal says of the server: "works on 128 requests, and takes no more".
    """

    def __init__(self, limit: int, *, percent: int, full: str) -> None:
        self.limit, self.held = limit, 0
        self._percent, self._full = percent, full
        self._each: Counter[str] = Counter()
        self._lock = threading.Lock()

    def check(self, holders: Sequence[str], count: int) -> None:
        """Raise Overloaded where `count` more cannot be taken now. Takes nothing."""
        with self._lock:
            self._check(holders, count)

    @contextmanager
    def share(self, holders: Sequence[str] = ()) -> Iterator["Share"]:
        """One request's part.

        Args:
            holders: whom it counts for besides everybody: the person, the address.
        """
        share = Share(self, holders)
        try:
            yield share
        finally:
            share.close()

    def move(self, holders: Sequence[str], count: int) -> None:
        """Take `count`, or give it back where it is negative. Raises Overloaded."""
        with self._lock:
            if count > 0:
                self._check(holders, count)
            self.held += count
            for one in holders:
                self._each[one] += count
                if not self._each[one]:
                    del self._each[one]

    def _check(self, holders: Sequence[str], count: int) -> None:
        if self.held + count > self.limit:
            raise Overloaded("This server", self._full, cure="Try again in a moment.")
        part = max(1, self.limit * self._percent // 100)
        if any(self._each[one] + count > part for one in holders):
            raise Overloaded(
                "This server",
                "works on as much of yours as one client may have at the same time",
                cure="Send less at a time.",
            )


class Share:
    """What one request holds. Used in one thread; only `Held.use` is for others."""

    def __init__(self, room: Room, holders: Sequence[str]) -> None:
        self._room, self._holders = room, holders
        self._taken = 0
        self._kept: set[Held] = set()

    def take(self, count: int) -> None:
        """Raises Overloaded."""
        self._room.move(self._holders, count)
        self._taken += count

    def give(self, count: int) -> None:
        count = min(count, self._taken)  # a task may end after its request gave everything back
        self._room.move(self._holders, -count)
        self._taken -= count

    def hold(self, content: bytes) -> "Held":
        """Hand over bytes that `take` has counted; they are given back by themselves when they are gone."""
        self._taken -= len(content)
        held = Held(content, lambda count: self._room.move(self._holders, -count))
        self._kept = {one for one in self._kept if not one.gone} | {held}
        return held

    def close(self) -> None:
        """Give everything back. Bytes that a thread is using follow when it is done with them."""
        self.give(self._taken)
        for one in self._kept:
            one.drop()


class Held:
    """The bytes of one upload, until they are used once or dropped.

    Args:
        give: called with their number when they are gone.
    """

    def __init__(self, content: bytes, give: Callable[[int], None]) -> None:
        self._content: bytes | None = content
        self._give = give
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many there are still."""
        content = self._content
        return 0 if content is None else len(content)

    @property
    def gone(self) -> bool:
        """Whether they were used or dropped."""
        return self._content is None

    def use(self, do: Callable[[bytes], T]) -> T:
        """What `do` makes of the bytes, which are gone afterwards. An error of tenfold comes without its
        traceback, whose frames would keep them: such errors are kept for the answer."""
        content = self._take()
        if content is None:  # the request ended before a thread came to it
            raise CancelledError
        count = len(content)
        try:
            return do(content)
        except TenfoldError as error:
            error.__cause__ = error.__context__ = error.__traceback__ = None
            raise
        finally:
            del content
            self._give(count)

    def drop(self) -> None:
        """Let go of bytes that nobody has begun to use."""
        content = self._take()
        if content is not None:
            self._give(len(content))

    def _take(self) -> bytes | None:
        with self._lock:
            content, self._content = self._content, None
            return content
