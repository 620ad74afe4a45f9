"""Workers answer requests, die, are replaced, and never hold up whoever stops them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tenfold.processes import ProcessLimits, WorkerFailed, Workers, WorkersStopped
from tenfold.processes.limits import IDLE
from tests.paths import ROOT
from tests.processes.answering import answer

TARGET = f"{answer.__module__}:{answer.__name__}"
FREE = ProcessLimits(seconds=20)
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the limits of a POSIX system")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limit of memory, and /proc")


def made(most: int = 1, idle_seconds: float = 60) -> Workers:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return Workers(TARGET, most=most, idle_seconds=idle_seconds, environment={"PYTHONPATH": path})


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = made()
    yield workers
    workers.stop()


def process(workers: Workers) -> int:
    return int(workers.ask({"do": "echo"}, b"", limits=FREE, most=0)[0]["process"])


def test_bytes_go_there_and_back(workers: Workers) -> None:
    body = os.urandom(5_000_000)
    assert workers.ask({"do": "echo"}, body, limits=FREE, most=5_000_000)[1] == body


def test_a_worker_is_used_again(workers: Workers) -> None:
    assert process(workers) == process(workers)


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    ("what", "limits", "words", "over"),
    [
        ({"do": "sleep", "seconds": 60}, ProcessLimits(seconds=0.5), "it took longer than 0.5 s", True),
        (
            {"do": "spin"},
            ProcessLimits(seconds=60, cpu_seconds=1),
            "it used more than 1 s of processor time",
            True,
        ),
        ({"do": "die", "status": IDLE}, FREE, "it ended without an answer", False),
        ({"do": "abort"}, FREE, f"the system ended it with signal {int(signal.SIGABRT)}", False),
        ({"do": "raise"}, FREE, "ValueError: no such thing", False),
        ({"do": "nonsense"}, FREE, "it answered more than it was asked", False),
        ({"do": "echo"}, FREE, "it answered more than it was asked", False),
    ],
)
def test_a_worker_that_fails_is_told_and_replaced(
    workers: Workers, what: dict[str, object], limits: ProcessLimits, words: str, over: bool
) -> None:
    first = process(workers)
    with pytest.raises(WorkerFailed) as caught:
        workers.ask(what, b"more", limits=limits, most=1)
    assert (str(caught.value), caught.value.over) == (words, over)
    assert process(workers) != first


@pytest.mark.slow
@linux
def test_a_worker_may_not_take_more_memory_than_it_is_given(workers: Workers) -> None:
    given = ProcessLimits(seconds=60, memory=200 << 20)
    assert workers.ask({"do": "hold", "bytes": 100 << 20}, b"", limits=given, most=0)[0]["held"] == 100 << 20
    with pytest.raises(WorkerFailed, match="MemoryError"):
        workers.ask({"do": "hold", "bytes": 300 << 20}, b"", limits=given, most=0)
    with pytest.raises(WorkerFailed, match="MemoryError"):
        workers.ask({"do": "narrow", "bytes": 100 << 20}, b"", limits=given, most=0)
    assert workers.ask({"do": "hold", "bytes": 300 << 20}, b"", limits=FREE, most=0)[0]["held"] == 300 << 20


def test_what_a_worker_prints_goes_nowhere(workers: Workers, capfd: pytest.CaptureFixture[str]) -> None:
    workers.ask({"do": "print"}, b"", limits=FREE, most=0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_an_idle_worker_ends_and_the_next_request_starts_another() -> None:
    workers = made(idle_seconds=0.2)
    first = process(workers)
    time.sleep(1)
    assert process(workers) != first
    workers.stop()


@posix
def test_a_worker_that_was_killed_while_it_was_idle_fails_no_request(workers: Workers) -> None:
    first = process(workers)
    os.kill(first, signal.SIGKILL)
    time.sleep(0.2)
    assert process(workers) != first


def test_requests_wait_for_a_free_worker() -> None:
    workers = made(most=2)
    found: list[int] = []
    threads = [
        threading.Thread(daemon=True, target=lambda: found.append(process(workers))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) <= 2
    workers.stop()


@pytest.mark.slow
def test_stopping_waits_for_no_worker_and_leaves_no_request_waiting(workers: Workers) -> None:
    failures: list[Exception] = []

    def ask() -> None:
        try:
            workers.ask({"do": "sleep", "seconds": 600}, b"", limits=ProcessLimits(seconds=600), most=0)
        except WorkersStopped as error:
            failures.append(error)

    threads = [threading.Thread(daemon=True, target=ask) for _ in range(3)]  # one at work, two waiting for it
    for thread in threads:
        thread.start()
    time.sleep(1)
    began = time.monotonic()
    workers.stop()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 10  # one of the requests sleeps for 600
    assert len(failures) == 3
    assert process(workers), "they can be used again"


def test_a_request_whose_worker_is_only_starting_is_told_of_the_stop(workers: Workers) -> None:
    stopped = threading.Event()

    def ask() -> None:
        with pytest.raises(WorkersStopped):
            process(workers)
        stopped.set()

    thread = threading.Thread(daemon=True, target=ask)
    thread.start()
    time.sleep(0.02)
    workers.stop()
    thread.join()
    assert stopped.is_set()


@pytest.mark.slow
def test_a_worker_that_answers_as_it_is_killed_serves_nobody_again(workers: Workers) -> None:
    """Stopping and answering may happen at the same moment; no later request fails by that."""
    asking = threading.Event()

    def ask() -> None:
        while not asking.is_set():
            with suppress(WorkersStopped):
                process(workers)

    thread = threading.Thread(daemon=True, target=ask)
    thread.start()
    for _ in range(20):
        time.sleep(0.15)
        workers.stop()
    asking.set()
    thread.join()


@linux
def test_a_worker_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    program = (
        "import threading, time; from tests.processes.test_workers import *;"
        "workers = made(); print(process(workers), flush=True);"
        "workers.ask({'do': 'sleep', 'seconds': 600}, b'', limits=ProcessLimits(seconds=600), most=0)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.5)
        parent.kill()
    deadline = time.monotonic() + 5
    while (
        Path(f"/proc/{worker}").exists() and "\nState:\tZ" not in Path(f"/proc/{worker}/status").read_text()
    ):
        assert time.monotonic() < deadline, "it outlived its parent"
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system with fork")
def test_a_forked_process_has_workers_of_its_own(workers: Workers) -> None:
    first = process(workers)
    child = os.fork()
    if child == 0:
        os._exit(0 if process(workers) != first else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert process(workers) == first


def test_workers_that_cannot_start_are_no_fault_of_the_request() -> None:
    workers = Workers("tests.no.such.module:answer", most=1)
    for _ in range(2):
        with pytest.raises(ChildProcessError, match="does not start"):
            workers.ask({}, b"", limits=FREE, most=0)
