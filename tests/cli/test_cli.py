"""The command itself: help, version, and how failures are told."""

import subprocess
import sys
from importlib import import_module

import click
import pytest
import sqlalchemy

from tenfold import __version__, cli
from tenfold.database import Database
from tenfold.errors import TenfoldError, UsageError
from tests.cli.conftest import Command, every_command


def test_help_lists_every_command(tenfold: Command) -> None:
    outcome = tenfold("--help")
    assert outcome.status == 0
    for name, (_, text) in cli.COMMANDS.items():
        assert f"  {name}" in outcome.out
        assert text in outcome.out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_list_says_of_a_command_what_its_own_help_says(name: str) -> None:
    module, text = cli.COMMANDS[name]
    command = getattr(import_module(f"tenfold.cli.{module}"), name)
    assert command.name == name
    assert (command.help or "").startswith(text)


def test_the_version_is_the_package_s(tenfold: Command) -> None:
    assert tenfold("--version").out == f"tenfold {__version__}\n"


def test_an_unknown_command_is_wrong_usage(tenfold: Command) -> None:
    outcome = tenfold("clasify")
    assert outcome.status == 2
    assert "No such command 'clasify'" in outcome.err


def test_a_failure_is_one_line_that_cannot_move_the_cursor(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise TenfoldError("a\x1b[2J.jpg", "is\nbad", cure="Stop it.")

    monkeypatch.setattr("tenfold.settings.load", fail)
    outcome = tenfold("settings")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == "tenfold: a\ufffd[2J.jpg is\ufffdbad. Stop it.\n"


def test_arguments_that_do_not_fit_together_are_wrong_usage(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise UsageError("--this", "does not go with --that")

    monkeypatch.setattr("tenfold.settings.load", fail)
    assert tenfold("settings").status == 2


def test_training_without_its_extra_names_the_command_that_installs_it(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch.nn")

    monkeypatch.setattr("tenfold.settings.load", fail)
    outcome = tenfold("settings")
    assert outcome.status == 1
    assert outcome.err == (
        "tenfold: Training needs the train extra, which is not installed (there is no torch). "
        'Install it with: pip install "tenfold[train]"\n'
    )


def test_a_module_that_is_missing_by_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'colours'", name="colours")

    monkeypatch.setattr("tenfold.settings.load", fail)
    with pytest.raises(ModuleNotFoundError, match="colours"):
        cli.run(["settings"])


def test_ctrl_c_ends_a_command_without_a_traceback(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tenfold.settings.load", interrupt)
    outcome = tenfold("settings")
    assert outcome.status == 130
    assert "Traceback" not in outcome.err


def test_a_database_that_went_away_is_one_line(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(database: Database) -> None:
        with database.writing() as change:
            change.execute(sqlalchemy.text("PRAGMA query_only = ON"))
            change.execute(sqlalchemy.text("CREATE TABLE more (id)"))

    monkeypatch.setattr("tenfold.jobs.Jobs.list", lambda jobs, limit: gone(jobs.records._database))
    outcome = tenfold("jobs")
    assert outcome.status == 1
    assert outcome.err == (
        "tenfold: The database cannot be written (attempt to write a readonly database). "
        "See that it may be written.\n"
    )


def test_help_loads_nothing_but_click() -> None:
    heavy = "{'numpy', 'PIL', 'onnxruntime', 'fastapi', 'asyncio'}"
    code = f"import sys; from tenfold import cli; cli.run(['--help']); print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_python_m_tenfold_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tenfold", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"tenfold {__version__}\n"


def test_every_option_of_every_command_is_explained() -> None:
    for command in every_command():
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{command.name} {option.opts[0]}"
