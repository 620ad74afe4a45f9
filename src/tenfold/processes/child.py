"""Runs in a child: limits, the end with standard input, and answering requests.

python -m tenfold.processes.child command LIMITS NICE MODULE ARGUMENTS...
python -m tenfold.processes.child worker MODULE:FUNCTION IDLE_SECONDS
python -m tenfold.processes.child messages MODULE:FUNCTION LIMITS NICE
"""

import io
import json
import os
import queue
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from tenfold.processes import frames
from tenfold.processes.frames import Header
from tenfold.processes.limits import IDLE, ProcessLimits, limit

if sys.platform == "win32":  # pragma: no cover
    import _thread
else:
    import resource

# A request's header and body become those of its answer.
Answer: TypeAlias = "Callable[[Header, bytearray], tuple[Header, bytes | bytearray | memoryview]]"
_Requests: TypeAlias = "queue.SimpleQueue[tuple[Header, bytearray]]"

# Seconds for an interrupted child to end by itself, if no parent is left to kill it.
_GRACE_SECONDS = 20.0
_INTERRUPTED = 130
_WORDS = 300
# For a child of messages: seconds to end by itself, and seconds that foreign code may hold Python's lock.
_END_SECONDS, _STUCK_SECONDS = 2.0, 15.0
# A session's share, and seconds until one that was refused asks again.
_SHARE, _SHARE_SECONDS = Path("/proc/self/autogroup"), 0.1


class ParentChannel:
    """What a child of messages exchanges with its parent."""

    def __init__(self, replies: io.FileIO) -> None:
        self._replies = replies
        self._waiting: queue.SimpleQueue[Header] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, message: Header, body: bytes = b"") -> None:
        """Send a message; from one thread only. Raises OSError where the parent is gone."""
        frames.write(self._replies, message, body)

    def receive(self, seconds: float | None = None) -> Header | None:
        """The parent's next message, with bytes as `body`; None: none came in `seconds` (None: forever)."""
        try:
            return self._waiting.get(timeout=seconds)
        except queue.Empty:
            return None

    def _read(self) -> None:
        source = io.FileIO(0, "rb", closefd=False)
        while True:
            try:
                message, body = frames.read(source, sys.maxsize)
                if body:
                    message["body"] = bytes(body)
                self._waiting.put(message)
            except OSError:  # the parent is gone, or wants this process to end
                return _interrupt(_END_SECONDS)


def _exchange(target: str, limits: str, nice: str) -> None:
    """Run a function that exchanges messages with the parent."""
    replies = _replies()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _take_turns(int(nice))
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        threading.Thread(target=_live_on, daemon=True).start()
    channel = ParentChannel(replies)
    try:
        module, _, name = target.partition(":")
        run: Callable[[ParentChannel], None] = getattr(import_module(module), name)
        limit(ProcessLimits(**json.loads(limits)))
        run(channel)
    except KeyboardInterrupt:
        os._exit(_INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
        limit(ProcessLimits())
        words = f"{type(error).__name__}: {error}"[:_WORDS]
        channel.send({"failed": words, "over": isinstance(error, MemoryError)})
        os._exit(1)


def _take_turns(nice: int) -> None:
    """Give way to other processes, or go before them where the system lets it (below 0).

    Linux may share the processor by session first: there nice counts within a session alone, and this child
    is a session of its own, which gives way by a file. Of all processes but root's, Linux lets ten a second
    do so; one that is refused goes on, and asks again.
    """
    if nice and sys.platform != "win32":
        with suppress(OSError):
            os.nice(nice)
        if not _shared(nice):
            threading.Thread(target=_share_soon, args=[nice], daemon=True).start()


def _shared(nice: int) -> bool:
    """Whether this session's share is settled: set, or the system has none, or lets it have no other."""
    try:
        _SHARE.write_text(str(nice), "ascii")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _share_soon(nice: int) -> None:
    while not _shared(nice):
        time.sleep(_SHARE_SECONDS)


if sys.platform != "win32":

    def _live_on() -> None:
        """Postpone this process's end, which comes when its threads no longer run.

        Foreign code that hangs may hold Python's lock; then no thread sees that the parent is gone.
        """
        while True:
            signal.setitimer(signal.ITIMER_REAL, _STUCK_SECONDS)
            time.sleep(_STUCK_SECONDS / 5)


def _replies() -> io.FileIO:
    """Where this child's answers go; standard output leads nowhere from here on."""
    replies = io.FileIO(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # so that no library can write into the answers
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return replies


def _end_with_input() -> None:
    """Interrupt the main thread when standard input ends; end the process where that does not."""
    # A program in the background of a shell ignores Ctrl-C, and its children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    # Past Python's own buffer: a thread that waits there would keep the process from ending.
    while os.read(0, 4096):
        pass
    _interrupt(_GRACE_SECONDS)


def _interrupt(grace: float) -> None:
    """Interrupt the main thread; end the process where it has not ended after `grace` seconds."""
    if sys.platform == "win32":  # pragma: no cover
        _thread.interrupt_main()
    else:
        # To the main thread itself, so that it wakes where it waits for the system.
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
    time.sleep(grace)
    os._exit(_INTERRUPTED)


def _serve(target: str, idle_seconds: float) -> None:
    """Answer requests until there are none for a while, or the parent is gone."""
    replies = _replies()
    module, _, name = target.partition(":")
    answer: Answer = getattr(import_module(module), name)
    requests: _Requests = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=[requests], daemon=True).start()
    frames.write(replies, {}, b"")  # ready
    while True:
        try:
            said, body = requests.get(timeout=idle_seconds)
        except queue.Empty:
            os._exit(IDLE)
        limit(ProcessLimits(**said["limits"]))
        try:
            header, result = answer(said["request"], body)
        except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
            words, over = f"{type(error).__name__}: {error}"[:_WORDS], isinstance(error, MemoryError)
            frames.write(replies, {"failed": words, "over": over}, b"")
        else:
            frames.write(replies, {"answer": header}, result)
        limit(ProcessLimits())


def _read_requests(requests: _Requests) -> None:
    source = io.FileIO(0, "rb", closefd=False)
    while True:
        try:
            requests.put(frames.read(source, sys.maxsize))
        except OSError:  # the parent is gone: nobody waits for an answer
            os._exit(_INTERRUPTED)


def _main(kind: str, *arguments: str) -> None:
    if kind == "worker":
        return _serve(arguments[0], float(arguments[1]))
    if kind == "messages":
        return _exchange(*arguments)
    limits, nice, module, *_ = arguments
    limit(ProcessLimits(**json.loads(limits)))
    _take_turns(int(nice))
    _end_with_input()
    sys.argv = list(arguments[2:])
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
