"""The command `tenfold`: finds the command, calls it, and says what went wrong in one line.

A command's module is imported when it is called, so `tenfold --help` loads nothing but click. A command
returns its exit status or None: 0 fine, 1 tenfold could not do it or some pictures failed, 2 wrong usage.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

import click

from tenfold import __version__
from tenfold.cli.terminal.text import printable
from tenfold.errors import MissingExtra, TenfoldError, UsageError
from tenfold.os_errors import in_words, refused

# name: the module here that has it, and the first line of its help (a test holds them equal)
COMMANDS = {
    "classify": ("classify.command", "Classify pictures."),
    "serve": ("server.serve", "Serve the page and the HTTP API."),
    "health": ("server.health", "Ask the running server whether it is ready."),
    "doctor": ("server.doctor", "Check everything that a server needs, and say what to do."),
    "backup": ("server.backup", "Back up the database, pictures, models and settings."),
    "restore": ("server.backup", "Restore a backup into this home and database."),
    "model": ("models.model", "List models, and look into model files."),
    "models": ("models.models", "List models, add them, and choose which one answers."),
    "train": ("training.train", "Train a network and write its model file and report."),
    "teach": ("training.teach", "Teach own classes from a few pictures of each, in seconds."),
    "network": ("training.network", "List networks, and show one layer by layer."),
    "evaluate": ("evaluation.evaluate", "Measure a model file and write the report on it."),
    "compare": ("evaluation.compare", "Compare models on the same pictures, and say which is better."),
    "export": ("models.export", "Export a model, and prove that it answers the same."),
    "receipt": ("models.export", "Check the receipts of exported models."),
    "improve": ("models.improve", "Refit the model on corrections, and say if it became better."),
    "runs": ("training.runs", "List, show, compare and delete training runs."),
    "data": ("data.group", "Fetch, show and check training data."),
    "catalogue": ("catalogue.group", "Add pictures to the catalogue, find them, file them."),
    "watch": ("cameras.watch", "Report what moves in front of a camera or in a recording."),
    "camera": ("cameras.group", "Test cameras, and have a server watch them."),
    "rule": ("notifying.rule", "Choose which events of cameras are sent, and where."),
    "destination": ("notifying.destination", "Set up where messages are sent."),
    "line": ("line.group", "Inspect parts on a production line, and try it without a plant."),
    "station": ("line.station", "Inspect parts on a real production line."),
    "jobs": ("server.jobs", "List long work, look at it, and cancel it."),
    "user": ("accounts.user", "Add and change accounts of people."),
    "token": ("accounts.token", "Add, list and revoke tokens for programs."),
    "audit": ("accounts.audit", "Show who did what, and when."),
    "settings": ("server.settings", "List every setting, its value and where it comes from."),
}
# What the train extra brings; whatever serves needs none of it.
_TRAIN_MODULES = {"torch", "safetensors", "onnxscript"}
_INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"tenfold.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="tenfold %(version)s")
def tenfold() -> None:
    """Turns labelled pictures into an image classifier, and puts it to work."""


def main() -> None:
    """Run the command line of this process."""
    _open_standard_streams()
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError as error:  # nobody reads any more, or the disk is full; at exit nobody could catch it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1 if isinstance(error, BrokenPipeError) else _refused(error)
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name that this terminal's encoding cannot write, or that is no text, must not end a command.
            stream.reconfigure(errors="backslashreplace")
    try:
        if any("\0" in argument for argument in arguments):
            raise UsageError("An argument", "holds the character NUL, as no name can", cure="Leave it out.")
        return tenfold.main(arguments, prog_name="tenfold", standalone_mode=False) or 0
    except click.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TenfoldError as error:
        return _fail(error)
    except _database_errors() as error:
        from tenfold.database import trouble

        fault = trouble(error)
        if fault is None:
            raise
        return _fail(fault)
    except OSError as error:
        return _refused(error)
    except UnicodeEncodeError as error:  # a name from the command line or a disk
        return _fail(
            TenfoldError(
                f"The name {error.object[:100]!r}",
                "cannot be used here",
                received="some of its letters are no text in UTF-8",
                cure="Rename it.",
            )
        )
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _TRAIN_MODULES:
            raise
        return _fail(MissingExtra.of("Training", "train", missing))


def _database_errors() -> tuple[type[Exception], ...]:
    """What a database raises; nothing where no command has imported one."""
    sqlalchemy = sys.modules.get("sqlalchemy.exc")
    return () if sqlalchemy is None else (sqlalchemy.SQLAlchemyError,)


def _open_standard_streams() -> None:
    """Give a stream that was closed a place to write to; a file opened later would take its descriptor."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _refused(error: OSError) -> int:
    """Say what the operating system refused where no command had better words."""
    return _fail(refused(TenfoldError, in_words(error).file or "Something", error))


def _fail(error: TenfoldError) -> int:
    click.echo(f"tenfold: {printable(str(error))}", err=True)
    return 2 if isinstance(error, UsageError) else 1
