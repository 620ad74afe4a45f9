"""A long command is watched, stopped, limited, and ends with the process that started it."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tenfold.processes import Command, ProcessLimits, child
from tests.paths import ROOT

FREE = ProcessLimits()
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the limits of a POSIX system")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limit of memory, and /proc")

SLEEPS = """
import time
try:
    print("at work", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


class Program:
    """Programs that a command can run as a module."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(
        self,
        text: str,
        *,
        log: Path | None = None,
        patience: float = 20,
        limits: ProcessLimits = FREE,
        nice: int = 0,
    ) -> Command:
        (self._folder / "program.py").write_text(text)
        return Command(
            ["program", "an argument"],
            environment={"PYTHONPATH": f"{self._folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
            log=log,
            patience=patience,
            limits=limits,
            nice=nice,
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def never() -> bool:
    return False


@posix
def test_it_gives_way_where_it_is_to_also_where_the_system_shares_by_session(program: Program) -> None:
    text = """
import os
import time
from pathlib import Path
group, give_up = Path("/proc/self/autogroup"), time.monotonic() + 10
while group.exists() and os.nice(0) > OWN and group.read_text().split()[-1] == "0":
    assert time.monotonic() < give_up
    time.sleep(0.05)
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "none")
""".replace("OWN", f"{os.nice(0)}")
    own = os.nice(0)
    with program(text, nice=10) as behind:
        assert behind.wait(never)
        nice, group = behind.output.split()
    assert int(nice) == min(19, own + 10)
    assert group in (b"none", b"10")
    with program(text) as beside:
        assert beside.wait(never)
        assert int(beside.output.split()[0]) == own


@posix
def test_one_that_the_system_refuses_for_now_gives_way_a_little_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Share:
        refusals = 2
        written = threading.Event()

        def write_text(self, text: str, encoding: str) -> None:
            if self.refusals:
                self.refusals -= 1
                raise BlockingIOError(errno.EAGAIN, "write could not complete without blocking")
            assert (text, encoding) == ("7", "ascii")
            self.written.set()

    share = Share()
    monkeypatch.setattr(child, "_SHARE", share)
    monkeypatch.setattr(os, "nice", lambda more: more)
    child._take_turns(7)
    assert share.written.wait(10)
    assert share.refusals == 0


def test_it_is_a_program_with_its_arguments_and_its_output(program: Program) -> None:
    with program("import sys; print(__name__, *sys.argv); print('aside', file=sys.stderr)") as command:
        assert command.wait(never)
        assert not command.failed
        assert command.output.decode().startswith("__main__ ")
        assert command.output.endswith(b"program.py an argument\n")


def test_it_is_asked_to_stop_as_by_ctrl_c(program: Program) -> None:
    with program(SLEEPS) as command:
        while not command.output:
            time.sleep(0.05)
        assert not command.wait(lambda: True)
        assert command.output == b"at work\nstopped\n"
        assert not command.failed


def test_also_where_this_process_was_told_to_ignore_ctrl_c(program: Program) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        command = program(SLEEPS)
    finally:
        signal.signal(signal.SIGINT, before)
    with command:
        while not command.output:
            time.sleep(0.05)
        command.stop()
        assert command.output == b"at work\nstopped\n"


@linux
def test_one_that_does_not_stop_is_killed_with_all_it_started(program: Program) -> None:
    text = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "started = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(started.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with program(text, patience=0.5) as command:
        while not command.output:
            time.sleep(0.05)
        started = int(command.output)
        assert not command.wait(lambda: True)
        assert command.failed
        assert command.failure == "the system ended it with signal 9; memory may have run out"
    deadline = time.monotonic() + 5
    while (
        Path(f"/proc/{started}").exists() and "\nState:\tZ" not in Path(f"/proc/{started}/status").read_text()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    ("text", "limits", "words"),
    [
        ("import time; time.sleep(600)", ProcessLimits(seconds=1), "it took longer than 1 s"),
        ("while True: pass", ProcessLimits(cpu_seconds=1), "it used more than 1 s of processor time"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            FREE,
            "the system ended it with signal 11",
        ),
        ("raise SystemExit(3)", FREE, "it ended with status 3"),
        ("import sys; sys.exit('tenfold: No disk.\\n\\n  ')", FREE, "No disk."),
    ],
)
def test_how_it_ended_is_said_in_words(
    program: Program, text: str, limits: ProcessLimits, words: str
) -> None:
    with program(text, limits=limits) as command:
        assert command.wait(never)
        assert command.failed
        assert command.failure == words


@linux
def test_its_memory_is_limited(program: Program) -> None:
    with program("held = bytearray(500 << 20)", limits=ProcessLimits(memory=200 << 20)) as command:
        assert command.wait(never)
        assert command.failure == "MemoryError"


def test_a_log_is_written_on_and_only_this_run_s_words_are_told(program: Program, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of an earlier run\n")
    with program("raise SystemExit(3)", log=log) as command:
        command.wait(never)
        assert command.failure == "it ended with status 3"
    with program("import sys; print('out', flush=True); sys.exit('err')", log=log) as command:
        command.wait(never)
        assert command.failure == "err"
    assert log.read_text() == "of an earlier run\nout\nerr\n"


@linux
def test_it_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.processes.test_commands import *;"
        "command = Program(Path(sys.argv[1]))('import os, time;'"
        "' print(os.getpid(), flush=True); time.sleep(600)');"
        "exec('while not command.output: time.sleep(0.05)'); print(command.output.decode(), flush=True);"
        "command.wait(never)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and "\nState:\tZ" not in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < deadline, "it outlived its parent"
        time.sleep(0.05)
