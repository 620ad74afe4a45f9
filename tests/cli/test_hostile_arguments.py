"""Names that no file can have, or that are not what a command needs, for every text that a command takes.

The commands and their parameters are read from the command line itself: a new one is tested too.
"""

import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest

from tenfold import cli, modelfile
from tenfold.datasets import fetch
from tenfold.errors import DatasetError, TrainingError
from tenfold.inference import trial
from tests import tiny
from tests.cli.conftest import Command
from tests.datasets.making import folder

# A command that waits for longer than this waits for ever.
SECONDS = 90


def leaves(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from leaves(inner, *path, name)


def takes_text(parameter: click.Parameter) -> bool:
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    return not flag and isinstance(parameter.type, click.types.StringParamType | click.Path | click.File)


COMMANDS = {" ".join(path): command for path, command in leaves(cli.tenfold)}
PARAMETERS = [
    (words, parameter.name)
    for words, command in COMMANDS.items()
    for parameter in command.params
    if takes_text(parameter)
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with everything that a name should not lead to."""
    place = tmp_path / "place"
    folder(place / "data", each=4)
    (place / "file").write_bytes(b"hello")
    (place / "empty").touch()
    (place / "deep.toml").write_text("a = " + "[" * 50_000)
    (place / "dangling").symlink_to(place / "nowhere")
    (place / "loop").symlink_to(place / "loop")
    (place / "zero").symlink_to("/dev/zero")
    (place / "full").symlink_to("/dev/full")
    os.mkfifo(place / "fifo.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(place / "socket"))
    (place / "folder.csv").mkdir()
    (place / "folder.onnx").mkdir()
    return place


BAD: dict[str, Callable[[Path], str]] = {
    "a name of 5,000 letters": lambda place: "x" * 5000,
    "a name of 300 letters in a folder": lambda place: f"{place}/{'y' * 300}.csv",
    "a path of 5,000 letters": lambda place: f"{place}{'/z' * 2500}",
    "nobody's home": lambda place: "~nobody-here/x",
    "a name that is no text": lambda place: os.fsdecode(os.fsencode(place) + b"/caf\xe9.jpg"),
    "a NUL": lambda place: f"{place}/a\0b",
    "a new line and an escape": lambda place: f"{place}/a\n\x1b[2Jb",
    "nothing": lambda place: "",
    "below a file": lambda place: f"{place}/file/x.csv",
    "a folder": lambda place: str(place),
    "a folder named like a file": lambda place: f"{place}/folder.csv",
    "a folder named like a model": lambda place: f"{place}/folder.onnx",
    "a file": lambda place: f"{place}/file",
    "an empty file": lambda place: f"{place}/empty",
    "brackets without end": lambda place: "[" * 20_000,
    "a file of brackets without end": lambda place: f"{place}/deep.toml",
    "a dangling link": lambda place: f"{place}/dangling",
    "a link to itself": lambda place: f"{place}/loop",
    "a named pipe": lambda place: f"{place}/fifo.csv",
    "a socket": lambda place: f"{place}/socket",
    # By links: what is written by renaming would take the place of the device itself.
    "endless zeros": lambda place: f"{place}/zero",
    "a full disk": lambda place: f"{place}/full",
    "a folder where nothing can be made": lambda place: "/proc/x/y.csv",
}

try_out = trial.try_out
tried = cache(try_out)


def try_once(path: Path) -> None:
    """The model of these tests is tried in a process of its own once, and what is no model file not at all:
    that it is told in the same words has a test in tests/inference/test_trial.py."""
    modelfile.read(path)
    (tried if path == tiny.MODEL else try_out)(path)


class HereProcess:
    """A step of an export in this process: what the process around it does has tests of its own."""

    def __init__(self, target: str, **options: object) -> None:
        module, _, name = target.partition(":")
        self._run = getattr(import_module(module), name)
        self._said = deque[Any]()

    def __enter__(self) -> "HereProcess":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def send(self, message: Any) -> None:
        asked, said = [message], self._said

        class Channel:
            def receive(self) -> Any:
                return asked.pop()

            def send(self, message: Any) -> None:
                said.append(message)

        self._run(Channel())

    def receive(self, seconds: float) -> Any:
        return self._said.popleft()


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing is fetched, served or trained, and nothing is waited for without end."""

    def refuse(*_: object, **__: object) -> None:
        raise DatasetError("The network", "is left alone in this test")

    def no_training(*_: object, **__: object) -> None:
        raise TrainingError("Training", "is left out in this test")

    def hung(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"it waits for ever: {frame}")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fetch, "download", refuse)
    monkeypatch.setattr("uvicorn.Server.run", refuse)
    monkeypatch.setattr("tenfold.training.pipeline.train", no_training)
    monkeypatch.setattr("tenfold.cli.catalogue.watch._run", refuse)  # it watches until it is stopped
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("tenfold.evaluation.report.speed.CALLS", 1)  # a report measures the speed
    monkeypatch.setattr(trial, "try_out", try_once)
    monkeypatch.setattr("tenfold.export.steps.MessageProcess", HereProcess)
    before = signal.signal(signal.SIGALRM, hung)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def plausible(parameter: click.Parameter, place: Path) -> str:
    """A value that a command goes on with, so that the one under test is reached."""
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if not takes_text(parameter):
        return "1"
    shown = f"{parameter.metavar or ''} {parameter.name}".upper()
    if "SOURCE" in shown or "PATH" in shown or "CAMERA" in shown:
        return str(place / "data")
    return str(tiny.MODEL) if "MODEL" in shown else "x"


def arguments(command: click.Command, name: str, value: str, place: Path) -> list[str]:
    """A command's arguments with one of them as given, and what it needs or may need besides."""
    options, positional = [], []
    for parameter in command.params:
        given = value if parameter.name == name else plausible(parameter, place)
        if isinstance(parameter, click.Option):
            # Where pictures are named, nobody looks into the folder for CIFAR-10.
            helps = parameter.name in ("model", "parts", "limit")
            helps = helps or (parameter.name == "source" and name != "data_dir")
            wanted = parameter.name == name or parameter.required or helps
            if parameter.name == "untested" and name not in ("camera", "source"):
                options.append("--untested")
            elif wanted and not parameter.is_flag:
                options.append(f"{max(parameter.opts, key=len)}={given}")
        elif parameter.name == name or parameter.required:
            positional += [given] * (2 if parameter.nargs == -1 else 1)
    return [*options, "--", *positional]


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(("words", "name"), PARAMETERS, ids=[f"{w} {n}" for w, n in PARAMETERS])
def test_no_name_ends_in_a_traceback(tenfold: Command, place: Path, words: str, name: str) -> None:
    for what, bad in BAD.items():
        signal.alarm(SECONDS)
        outcome = tenfold(*words.split(), *arguments(COMMANDS[words], name, bad(place), place))
        signal.alarm(0)
        said = f"{what}: {outcome}"
        assert outcome.status in (0, 1, 2, 130), said
        assert "Traceback" not in outcome.err, said
        assert "Errno" not in outcome.err, said
        if outcome.status:
            assert outcome.err.strip(), said
            assert "\x1b" not in outcome.err, said


def test_every_group_has_a_parameter_that_is_tested() -> None:
    assert {words.split()[0] for words, _ in PARAMETERS} >= {
        "classify",
        "data",
        "catalogue",
        "evaluate",
        "train",
    }
