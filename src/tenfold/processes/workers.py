"""A pool of child processes that answer requests. Knows nothing of the requests."""

import atexit
import io
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict

from tenfold.processes import frames
from tenfold.processes.commands import close_input, start
from tenfold.processes.frames import Header
from tenfold.processes.limits import IDLE, ProcessLimits, ended_by

if sys.platform == "linux":
    import fcntl

_WORDS = 300
_PIPE_BYTES = 1 << 20


class WorkerFailed(Exception):
    """A worker gave no answer; `over` says whether it came to a limit or was killed, which memory does."""

    def __init__(self, words: str, *, over: bool = False) -> None:
        super().__init__(words)
        self.over = over


class WorkersStopped(Exception):
    """The workers were stopped while this request was waiting or running."""


class Workers:
    """Children that answer requests one at a time; started when they are needed, replaced when they die.

    What a worker says is taken as plain data, a JSON header and bytes: it may have read hostile ones.

    Args:
        answer: "module:function", an `Answer`; the children import it.
        idle_seconds: how long a worker waits for a request before it ends.
    """

    def __init__(
        self,
        answer: str,
        *,
        most: int,
        idle_seconds: float = 60.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._arguments = ["worker", answer, str(idle_seconds)]
        self._most, self._environment = most, dict(environment or {})
        self._all: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._changed = threading.Condition()
        self._stops = 0
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def ask(
        self, header: Header, body: bytes | memoryview, *, limits: ProcessLimits, most: int
    ) -> tuple[Header, bytearray]:
        """Have a worker answer; waits for one that is free.

        Args:
            header: what JSON can hold.
            limits: for this request.
            most: bytes that the body of the answer may have.

        Raises:
            WorkerFailed: there is no answer; the worker is replaced.
            WorkersStopped: `stop` was called meanwhile.
            OSError: no worker can be started.
        """
        stops = self._stops
        while True:
            worker = self._take(stops)
            try:
                answer = worker.ask(header, body, limits, most)
            except (WorkerFailed, ChildProcessError):
                self._drop(worker)
                if self._stops != stops:
                    raise WorkersStopped from None
                if worker.retired:  # it had answered before, and was just ending because it was idle
                    continue
                raise
            except BaseException:
                self._drop(worker)
                raise
            self._give_back(worker, stops)
            return answer

    def stop(self) -> None:
        """Kill all without waiting for their work. A later request starts new ones."""
        with self._changed:
            self._stops += 1
            for worker in self._all:
                worker.kill()
            for worker in self._idle:
                worker.close()
                self._all.remove(worker)
            self._idle.clear()
            self._changed.notify_all()

    def _take(self, stops: int) -> "_Worker":
        with self._changed:
            while True:
                if self._stops != stops:
                    raise WorkersStopped
                while self._idle:
                    worker = self._idle.pop()
                    if worker.usable:
                        return worker
                    worker.close()  # it ended while it was idle
                    self._all.remove(worker)
                if len(self._all) < self._most:
                    worker = _Worker(self._arguments, self._environment)
                    self._all.append(worker)
                    return worker
                self._changed.wait()

    def _give_back(self, worker: "_Worker", stops: int) -> None:
        with self._changed:
            if worker.usable and self._stops == stops:
                self._idle.append(worker)
                self._changed.notify()
                return
        self._drop(worker)

    def _drop(self, worker: "_Worker") -> None:
        worker.kill()
        worker.close()
        with self._changed:
            self._all.remove(worker)
            self._changed.notify()

    def _forget(self) -> None:
        """After a fork, in the child: the workers are its parent's."""
        self._changed = threading.Condition()
        for worker in self._all:
            worker.close_pipes()
        self._all, self._idle = [], []


class _Worker:
    """One child of `Workers`; for one thread at a time, but for `kill`."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        self._process = start(arguments, subprocess.PIPE, subprocess.DEVNULL, environment)
        assert isinstance(self._process.stdin, io.FileIO)
        assert isinstance(self._process.stdout, io.FileIO)
        self._sent, self._received = self._process.stdin, self._process.stdout
        self._expired = self._ready = self._answered = False
        if sys.platform == "linux":
            for end in (self._sent, self._received):
                with suppress(OSError):  # a user has only so much room in pipes
                    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def ask(
        self, header: Header, body: bytes | memoryview, limits: ProcessLimits, most: int
    ) -> tuple[Header, bytearray]:
        timer = threading.Timer(limits.seconds or threading.TIMEOUT_MAX, self._expire)
        timer.daemon = True
        timer.start()
        try:
            if not self._ready:
                frames.read(self._received, 0)
                self._ready = True
            frames.write(self._sent, {"limits": asdict(limits), "request": header}, body)
            said, answer = frames.read(self._received, most)
        except OSError as reason:
            close_input(self._process)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # wait for its exit status
            self.kill()
            self._process.wait()
            words, over = ended_by(self._process.returncode, limits, expired=self._expired)
            if not self._ready:
                raise ChildProcessError(f"a worker process does not start: {words or reason}") from reason
            raise WorkerFailed(words or str(reason), over=over) from reason
        finally:
            timer.cancel()
            timer.join()
        if not isinstance(said.get("answer"), dict):
            raise WorkerFailed(str(said.get("failed"))[:_WORDS], over=said.get("over") is True)
        self._answered = True
        return said["answer"], answer

    @property
    def usable(self) -> bool:
        return not self._expired and self._process.poll() is None

    @property
    def retired(self) -> bool:
        return self._answered and self._process.returncode == IDLE

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.wait()
        self.close_pipes()

    def close_pipes(self) -> None:
        close_input(self._process)
        self._received.close()

    def _expire(self) -> None:
        self._expired = True
        self.kill()
