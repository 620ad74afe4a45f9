"""A child exchanges messages with its parent, ends with it in every state, and what ends it is told."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tenfold.processes import MessageProcess, ProcessEnded, ProcessLimits
from tests.paths import ROOT
from tests.processes import exchanging
from tests.waiting import until

TARGET = f"{exchanging.__name__}:{exchanging.run.__name__}"
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limit of memory, and /proc")
STATES = ["wait", "sleep", "spin", "hold the lock", "deaf"]


def started(target: str = TARGET, memory: int | None = None, nice: int = 0) -> MessageProcess:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    limits = ProcessLimits(memory=memory)
    return MessageProcess(target, limits=limits, nice=nice, environment={"PYTHONPATH": path})


def until_ended(process: MessageProcess) -> ProcessEnded:
    try:
        while True:
            process.receive(10)
    except ProcessEnded as ended:
        return ended


def test_messages_go_both_ways() -> None:
    with started() as process:
        process.send({"do": "echo", "word": "привіт"})
        assert process.receive(10) == {"word": "привіт"}
        assert process.receive(0.01) is None


@linux
@pytest.mark.parametrize("nice", [5, -5])
def test_it_gives_way_or_goes_ahead_also_where_the_system_shares_by_session(nice: int) -> None:
    may = [sys.executable, "-c", f"import os; os.nice({nice})"]
    allowed = subprocess.run(may, stderr=subprocess.DEVNULL, check=False).returncode == 0
    with started(nice=nice) as process:
        process.send({"do": "echo"})
        assert process.receive(10) == {}
        wanted = min(19, os.nice(0) + (nice if allowed else 0))
        assert os.getpriority(os.PRIO_PROCESS, process.process_id) == wanted
        group = Path(f"/proc/{process.process_id}/autogroup")
        if group.exists() and allowed:
            until(lambda: group.read_text().split()[-1] == str(nice))


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_it_is_stopped_within_two_seconds_in_every_state(state: str) -> None:
    with started() as process:
        process.send({"do": state})
        assert process.receive(10) == {"begun": True}
        began = time.monotonic()
    assert time.monotonic() - began < 2
    with pytest.raises(ProcessLookupError):
        os.kill(process.process_id, 0)


def test_it_may_put_its_affairs_in_order(tmp_path: Path) -> None:
    with started() as process:
        process.send({"do": "close", "file": str(tmp_path / "closed")})
        process.receive(10)
    assert (tmp_path / "closed").exists()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("abort", "the system ended it with signal 6"),
        ("leave", "it ended with status 7"),
        ("raise", "ValueError: no such thing"),
        ("nonsense", "signal 9"),
    ],
)
def test_what_ended_it_is_told(what: str, words: str) -> None:
    with started() as process:
        process.send({"do": what})
        ended = until_ended(process)
        assert words in str(ended)
        assert until_ended(process) is ended


def test_a_function_that_cannot_be_imported_is_told() -> None:
    with started("tests.processes.nowhere:run") as process:
        assert "ModuleNotFoundError" in str(until_ended(process))


@linux
def test_memory_is_limited() -> None:
    with started(memory=100 << 20) as process:
        process.send({"do": "leak"})
        ended = until_ended(process)
    assert ended.over
    assert "MemoryError" in str(ended)


@pytest.mark.long
@linux
@pytest.mark.slow
@pytest.mark.parametrize("state", [*STATES, "talk"])
def test_it_ends_when_its_parent_is_killed(state: str) -> None:
    program = "import sys; from tests.processes.test_messages import parent; parent(sys.argv[1])"
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", program, state]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as parent_process:
        assert parent_process.stdout is not None
        child = int(parent_process.stdout.readline())
        parent_process.kill()
    give_up = time.monotonic() + 25
    with suppress(ProcessLookupError):
        while time.monotonic() < give_up:
            os.kill(child, 0)
            time.sleep(0.1)
        os.kill(child, signal.SIGKILL)
        pytest.fail(f"the child lived on in the state {state!r}")


def parent(state: str) -> None:
    with started() as process:
        process.send({"do": state})
        process.receive(10)
        sys.stdout.write(f"{process.process_id}\n")
        sys.stdout.flush()
        time.sleep(60)
