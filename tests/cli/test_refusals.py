"""What the operating system refuses: output that nobody reads, full disks, folders that may not be used."""

import codecs
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tenfold import cli
from tests.cli.conftest import Command
from tests.datasets.making import folder
from tests.fakes import FakeClassifier

NOBODY = 65534
COMMANDS = [
    ["settings"],
    ["runs"],
    ["--help"],
    ["data", "show", "{data}", "-o", "{here}/sheet.png"],
]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


def started(shell: str, command: list[str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """A command line around a command, which is `"$@"`."""
    data = folder(tmp_path / "data", each=6)
    words = [word.format(data=data, here=tmp_path) for word in command]
    arguments = ["bash", "-c", f"set -o pipefail; {shell}", "bash", sys.executable, "-m", "tenfold", *words]
    environment = {**os.environ, "TENFOLD_HOME": str(tmp_path / "home")}
    return subprocess.run(
        arguments, capture_output=True, text=True, env=environment, check=False, timeout=120
    )


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize(
    ("shell", "statuses"),
    [
        ('"$@" | true', {0, 1}),
        ('"$@" | head -n 1', {0, 1}),
        ('"$@" >&-', {0}),
        ('"$@" 2>&-', {0}),
        ('"$@" <&- >&- 2>&-', {0}),
    ],
)
def test_output_that_nobody_reads_ends_no_command_in_a_traceback(
    shell: str, statuses: set[int], command: list[str], tmp_path: Path
) -> None:
    done = started(shell, command, tmp_path)
    assert (done.returncode in statuses, done.stderr) == (True, ""), done


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_a_full_disk_under_the_output_is_one_sentence(command: list[str], tmp_path: Path) -> None:
    done = started('"$@" > /dev/full', command, tmp_path)
    assert done.returncode == 1, done
    assert done.stderr == (
        "tenfold: Something cannot be written: its disk is full (No space left on device). Free some space.\n"
    )


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody whom rights bind; the administrator may do everything."""
    administrator = os.geteuid() == 0
    if administrator:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with one that may not be entered, one that may not be written in, and data."""
    with TemporaryDirectory(dir="/tmp") as name:
        place = Path(name)
        folder(place / "data", each=6)
        folder(place / "locked", each=3)
        (place / "locked.csv").write_text("path,label\nlocked/cat/000.png,cat\ndata/dog/000.png,dog\n")
        (place / "readonly").mkdir()
        (place / "home").mkdir()
        monkeypatch.setenv("TENFOLD_HOME", str(place / "home"))
        monkeypatch.chdir(place)
        if os.geteuid() == 0:
            os.chown(place / "home", NOBODY, NOBODY)
        place.chmod(0o755)
        (place / "locked").chmod(0)
        (place / "readonly").chmod(0o555)
        yield place
        (place / "locked").chmod(0o700)
        (place / "readonly").chmod(0o700)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("data show locked -o home/sheet.png", "The folder locked cannot be listed (Permission denied)"),
        ("data show locked/cat -o home/sheet.png", "locked/cat"),
        (
            "teach locked.csv -o home/parts.onnx",
            "names 1 file that does not exist (row 2: locked/cat/000.png)",
        ),
        ("data show data -o readonly/sheet.png", "readonly/sheet.png cannot be written (Permission denied)"),
        ("data check data --no-labels -o readonly/page.html", "Permission denied"),
        ("classify locked", "locked cannot be listed (Permission denied)"),
        ("classify locked/cat/000.png", "locked/cat/000.png may not be read"),
        ("classify data --explain readonly/out", "readonly/out cannot be written (Permission denied)"),
        ("catalogue add locked", "locked cannot be listed (Permission denied)"),
        ("catalogue export readonly/out.csv", "readonly"),
    ],
)
def test_what_may_not_be_used_is_one_sentence(
    tenfold: Command, classifiers: list[FakeClassifier], bound: Path, command: str, words: str
) -> None:
    # Once with all rights: what a command imports lies where only they may lead.
    cli.run(command.replace("locked", "data").replace("readonly", "home").split())
    codecs.lookup("utf-8-sig")
    codecs.lookup("cp437")
    for made in (bound / "home").rglob("*"):
        if os.geteuid() == 0:
            os.chown(made, NOBODY, NOBODY)
    tenfold("--version")  # what was printed is not looked at
    with unprivileged():
        outcome = tenfold(*command.split())
    assert outcome.status in (1, 2), outcome
    assert words in outcome.err, outcome
    assert "Errno" not in outcome.err
