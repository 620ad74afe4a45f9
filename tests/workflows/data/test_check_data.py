"""The job "check-data": its process is watched, stopped, and ends with the one that started it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from tenfold import processes
from tenfold.errors import DatasetError
from tenfold.jobs import Stopped
from tenfold.paths import Home
from tenfold.storage import MemoryStore, read_if_there
from tenfold.workflows.data.check_data_job import CheckData, CheckDataParams, CheckDataResult
from tests.paths import ROOT

# A check that never ends: its settings file is a pipe that nobody writes.
PROGRAM = """
import sys
from pathlib import Path
from tenfold.paths import Home
from tenfold.storage import MemoryStore
from tests.workflows.data.test_check_data import Asked, CheckData
home = Path(sys.argv[1])
CheckData(MemoryStore(), home / "data", Home(home))(Asked(home))
"""


class Asked:
    """What the handler uses of a job."""

    def __init__(self, source: Path, stopping_after: float = 1e9) -> None:
        self.params = CheckDataParams(source=str(source), key="one")
        self._stops_at = time.monotonic() + stopping_after

    def progress(self, done: int, total: int, step: str = "", figures: object = None) -> None: ...

    @property
    def stopping(self) -> bool:
        return time.monotonic() > self._stops_at


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which a check does not end by itself."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs a system with named pipes")
    os.mkfifo(tmp_path / "settings.toml")
    monkeypatch.setenv("TENFOLD_CONFIG", str(tmp_path / "settings.toml"))
    return tmp_path


def children(process: int) -> list[int]:
    """The processes that a process started and that still run."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for one in found for number in one.read_text().split()]


def runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Checked:
    """What `tenfold data check` prints and writes, without the check: six copies and a dark picture."""

    failed, failure = False, ""

    def __init__(self, command: list[str], environment: dict[str, str], nice: int) -> None:
        Path(command[command.index("--output") + 1]).write_text("the page")
        found = [{"score": 1.0, "note": "", "suggestion": "", "pictures": []}]
        self.output = json.dumps(
            {
                "pictures": 20,
                "fingerprint": "f",
                "remarks": ["few"],
                "skipped": ["a.png", "b.png"],
                "problems": {"exact": 6 * found, "dark": found},
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None: ...

    def wait(self, stopping: Callable[[], bool]) -> bool:
        return not stopping()


def test_a_check_keeps_its_page_and_how_many_of_each_problem_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "Command", Checked)
    check = CheckData(reports := MemoryStore(), tmp_path / "data", Home(tmp_path))
    found = check(Asked(tmp_path))  # type: ignore[arg-type]
    assert (found.pictures, found.skipped, found.remarks) == (20, 2, ["few"])
    named = {one.name: (one.findings, len(one.examples)) for one in found.problems}
    assert named == {"exact": (6, 5), "dark": (1, 1)}
    assert read_if_there(reports, "one.html") == b"the page"
    assert CheckDataResult.model_validate_json(read_if_there(reports, "one.json") or b"") == found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_check_ends_with_the_process_that_started_it_even_when_that_is_killed(endless: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(endless)], cwd=ROOT, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not (found := children(started.pid)):
            assert time.monotonic() < deadline
            assert started.poll() is None
            time.sleep(0.05)
        time.sleep(2)  # it is waiting for its settings now
        assert all(map(runs, found))
        started.send_signal(signal.SIGKILL)
        started.wait()
        deadline = time.monotonic() + 30
        while any(map(runs, found)):
            assert time.monotonic() < deadline, "it outlived its parent"
            time.sleep(0.05)
    finally:
        started.kill()
        started.wait()
        for process in filter(runs, found):
            os.kill(process, signal.SIGKILL)


@pytest.mark.slow
def test_a_check_that_is_to_stop_stops(endless: Path) -> None:
    check = CheckData(reports := MemoryStore(), endless / "data", Home(endless))
    began = time.monotonic()
    with pytest.raises(Stopped):
        check(Asked(endless, stopping_after=2))  # type: ignore[arg-type]
    assert time.monotonic() - began < 10
    assert list(reports.all_keys()) == []


@pytest.mark.slow
def test_what_went_wrong_is_told_in_the_check_s_own_words(tmp_path: Path) -> None:
    check = CheckData(MemoryStore(), tmp_path / "data", Home(tmp_path))
    with pytest.raises(DatasetError, match=r"could not be checked \(.*missing.*\)"):
        check(Asked(tmp_path / "missing"))  # type: ignore[arg-type]
