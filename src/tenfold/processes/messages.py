"""One child that exchanges messages with this process while it lives. Knows nothing of the messages."""

import io
import json
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict

from tenfold.processes import frames
from tenfold.processes.commands import close_input, start
from tenfold.processes.frames import Header
from tenfold.processes.limits import ProcessLimits, ended_by

_WORDS = 300
# How many messages are buffered here before the child has to wait.
_MOST_WAITING = 64


class ProcessEnded(Exception):
    """The child ended; `over` says whether it came to a limit or was killed, which memory does."""

    def __init__(self, words: str, *, over: bool = False) -> None:
        super().__init__(words)
        self.over = over


class MessageProcess:
    """A child that runs a function with messages both ways; ended with the `with` block.

    What it says is taken as plain data, a JSON header, and bytes: it may have read hostile bytes. A message
    that came with bytes has them as `body`.

    Args:
        target: "module:function", which is given a `processes.child.ParentChannel`; the child imports it.
        limits: what it may use beyond its imports; `seconds` is its user's to watch.
        nice: how much it gives way to other processes; below 0: goes before them, where the system lets it.
        descriptors: open files that it inherits under the same numbers (not on Windows).
        environment: variables it has besides this process's.
        most_body: bytes that may come with a message.
    """

    def __init__(
        self,
        target: str,
        *,
        limits: ProcessLimits,
        nice: int = 0,
        descriptors: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
        most_body: int = 0,
    ) -> None:
        self._limits, self._most_body = limits, most_body
        self._process = start(
            ["messages", target, json.dumps(asdict(limits)), str(nice)],
            subprocess.PIPE,
            subprocess.DEVNULL,
            environment or {},
            descriptors,
        )
        assert isinstance(self._process.stdin, io.FileIO)
        assert isinstance(self._process.stdout, io.FileIO)
        self._sent, self._received = self._process.stdin, self._process.stdout
        self._waiting: queue.Queue[Header | None] = queue.Queue(_MOST_WAITING)
        self._end: ProcessEnded | None = None
        self._stopping = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "MessageProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def send(self, message: Header, body: bytes = b"") -> None:
        """Send a message, from one thread only. Where the child is gone, `receive` says so."""
        with suppress(OSError):
            frames.write(self._sent, message, body)

    def receive(self, seconds: float) -> Header | None:
        """The next message; None: none came within `seconds`. Raises ProcessEnded once all was received."""
        if self._end is not None:
            raise self._end
        try:
            message = self._waiting.get(timeout=seconds)
        except queue.Empty:
            return None
        if message is not None and "failed" not in message:
            return message
        self._end = self._ended(message or {})
        raise self._end

    def stop(self, patience: float = 1.0) -> None:
        """Have it end; kill it where it does not within `patience` seconds."""
        self._stopping.set()
        close_input(self._process)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._received.close()

    def kill(self) -> None:
        """Kill it at once, as a crash would."""
        self._process.kill()
        self.stop()

    def _ended(self, last: Header) -> ProcessEnded:
        if "failed" in last:
            return ProcessEnded(str(last["failed"])[:_WORDS], over=last.get("over") is True)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._process.kill()  # it said nonsense, or closed its output and went on
        status = self._process.wait()
        words, over = ended_by(status, self._limits, expired=False)
        return ProcessEnded(words or f"it ended with status {status}", over=over)

    def _read(self) -> None:
        message: Header | None = {}
        while message is not None:
            try:
                message, body = frames.read(self._received, self._most_body)
                if body:
                    message["body"] = bytes(body)
            except OSError:
                message = None
            while not self._stopping.is_set():
                with suppress(queue.Full):
                    self._waiting.put(message, timeout=0.2)
                    break
            else:
                return
