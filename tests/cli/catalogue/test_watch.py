"""tenfold catalogue watch: once, for a server that works, and in the foreground until it is ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tenfold.catalogue.ingest.watched_folders import WatchedFolders
from tenfold.database import Database
from tenfold.jobs import Jobs
from tests.cli.conftest import Command
from tests.shortcuts.tables import new_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "coming"
    place.mkdir()
    made = BytesIO()
    Image.new("RGB", (40, 40), "red").save(made, "PNG")
    (place / "red.png").write_bytes(made.getvalue())
    return place


@pytest.fixture
def database(own_home: Path) -> Iterator[Database]:
    opened = new_database(own_home / "tenfold.db")
    yield opened
    opened.close()


@pytest.mark.slow
def test_once_adds_what_is_there_and_watches_nothing(tenfold: Command, folder: Path) -> None:
    outcome = tenfold("catalogue", "watch", "--once", folder)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.endswith("1 file: 1 added\n")
    assert tenfold("catalogue", "watch", "--list").out == "No folder is watched.\n"


@pytest.mark.slow
def test_a_server_that_works_takes_the_folder_over(
    tenfold: Command, database: Database, folder: Path
) -> None:
    server = Jobs(database, {})
    server.start(serving=True)
    try:
        out = tenfold("catalogue", "watch", folder).out
    finally:
        server.close()
    assert out.startswith(f"The server of this home watches {folder} from now on.")
    assert [watch.path for watch in WatchedFolders(database).active()] == [str(folder)]
    assert tenfold("catalogue", "watch", "--list").out == f"{folder}   looked through: not yet\n"
    watch = WatchedFolders(database).active()[0]
    WatchedFolders(database).scanned(watch.id, None, left_out=["a/b", "c"])
    listed = tenfold("catalogue", "watch", "--list").out
    assert listed.endswith("  Links that are not followed: a/b, c\n")
    outcome = tenfold("catalogue", "watch", "--stop", folder)
    assert outcome.out == f"{folder} is not watched any more. What was added stays.\n"
    again = tenfold("catalogue", "watch", "--stop", folder)
    assert (again.status, "is not watched" in again.err) == (2, True)


@pytest.mark.slow
def test_in_the_foreground_it_watches_until_it_is_ended(database: Database, folder: Path) -> None:
    command = [sys.executable, "-m", "tenfold", "catalogue", "watch", str(folder)]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Watching {folder}   (Ctrl-C ends it)\n"
        assert process.stdout.readline() == "1 added\n"
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert told == "Not watched any more. What was added stays.\n"
    assert WatchedFolders(database).active() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "needs a folder"),
        (("nowhere",), "is not a folder"),
        (("--once", "--stop", "x"), "do not go together"),
    ],
)
def test_wrong_use_is_told(tenfold: Command, arguments: tuple[str, ...], words: str) -> None:
    outcome = tenfold("catalogue", "watch", *arguments)
    assert outcome.status == 2
    assert words in outcome.err
