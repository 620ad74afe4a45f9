"""The command line in this process, around the classifier that sees colours."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import click
import pytest

from tenfold import cli
from tenfold.images import Limits
from tests.fakes import FakeClassifier


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str


Command = Callable[..., Outcome]


def every_command() -> list[click.Command]:
    """All commands and groups, with those inside them."""

    def commands(command: click.Command) -> list[click.Command]:
        inner = command.commands.values() if isinstance(command, click.Group) else ()
        return [command, *(found for one in inner for found in commands(one))]

    return [
        found
        for name, (module, _) in cli.COMMANDS.items()
        for found in commands(getattr(import_module(f"tenfold.cli.{module}"), name))
    ]


@pytest.fixture
def tenfold(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command: `tenfold("classify", "cat.jpg")`."""

    def run(*arguments: object) -> Outcome:
        status = cli.run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Outcome(status, printed.out, printed.err)

    return run


@pytest.fixture
def classifiers(monkeypatch: pytest.MonkeyPatch) -> list[FakeClassifier]:
    """Puts the classifier that sees colours in the place of every other; the list of those made."""
    made: list[FakeClassifier] = []

    def make(model: str | None = None, *, threads: int = 0, limits: Limits | None = None) -> FakeClassifier:
        made.append(FakeClassifier(limits))
        made[-1].path = model or made[-1].path
        return made[-1]

    monkeypatch.setattr("tenfold.inference.Classifier", make)
    monkeypatch.setattr("tenfold.inference.trial.try_out", lambda path: None)
    return made
