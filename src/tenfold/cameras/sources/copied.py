"""Passes a camera's own video on to its viewers, to each what it has not had yet. Decodes nothing."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tenfold.cameras.decoder.process import Segment

# How much of the newest video is held.
_MOST_BYTES = 8 << 20
# A viewer that is this far behind continues with the next key frame, if there is one.
_SECONDS_BEHIND = 1.5


@dataclass(frozen=True)
class VideoPart:
    """What is new to a viewer: part of an MP4 file.

    Attributes:
        number: to be told when the next part is asked for.
        codec: as MediaSource names it, where another file begins here, with its head; else "".
        time: Unix time of the first packet.
        at: its time in the file, in seconds.
    """

    number: int
    content: bytes
    codec: str
    time: float
    at: float


class CopiedVideo:
    """The newest video, from one camera's thread to any number of viewers.

    A viewer is only a number here: a slow viewer misses what is no longer held, and delays nobody.
    """

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._viewers = self._count = self._bytes = self._begun = 0
        self._head: Segment | None = None
        self._held: deque[tuple[int, Segment]] = deque()

    @property
    def wanted(self) -> bool:
        """Whether it has viewers."""
        return self._viewers > 0

    @contextmanager
    def viewer(self) -> Iterator[None]:
        """Register a viewer while the context is entered."""
        with self._lock:
            self._viewers += 1
        try:
            yield
        finally:
            with self._lock:
                self._viewers -= 1

    def take(self, segment: Segment) -> None:
        with self._lock:
            self._count += 1
            if segment.codec:
                self._clear()
                self._head, self._begun = segment, self._count
            elif self._head:
                self._held.append((self._count, segment))
                self._bytes += len(segment.content)
                while self._bytes > self._most:
                    self._bytes -= len(self._held.popleft()[1].content)

    def lost(self) -> None:
        """The stream was interrupted: later video does not continue the earlier."""
        with self._lock:
            self._clear()
            self._head = None

    def goes_on(self, seen: int) -> bool:
        """Whether the video goes on of which a viewer has seen a part."""
        return self._head is not None and seen >= self._begun

    def after(self, seen: int) -> VideoPart | None:
        """What follows the part with that number (0: none was seen), or replaces it; None: nothing yet."""
        with self._lock:
            new = [(number, one) for number, one in self._held if number > seen]
            if self._head is None or not new:
                return None
            known = seen >= self._begun
            key = next((number for number, one in reversed(new) if one.key), None)
            behind = new[-1][1].time - new[0][1].time > _SECONDS_BEHIND
            if not known or new[0][0] != seen + 1 or (behind and key is not None):
                if key is None:
                    return None
                new = [(number, one) for number, one in new if number >= key]
            head, codec = (b"", "") if known else (self._head.content, self._head.codec)
            content = head + b"".join(one.content for _, one in new)
            first = new[0][1]
            return VideoPart(new[-1][0], content, codec, first.time, first.at)

    def _clear(self) -> None:
        self._held.clear()
        self._bytes = 0
