"""tenfold catalogue add and check."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update

from tenfold import settings
from tenfold.catalogue.entries.tables import Entry
from tenfold.images import Limits
from tenfold.runtime import App
from tests.cli.conftest import Command
from tests.environment.disks import fill, small_disk
from tests.fakes import BLUE, GREY, RED, FakeClassifier, LocalOriginals, picture


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(model: object = None, *, threads: int = 0, limits: Limits | None = None) -> FakeClassifier:
        return FakeClassifier(limits)

    monkeypatch.setattr("tenfold.inference.Classifier", make)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in {"red.png": RED, "blue.png": BLUE, "grey.png": GREY, "rot.png": RED}.items():
        (folder / name).write_bytes(picture(colour))
    return folder


def entries() -> list[Entry]:
    with App() as app, app.database.reading() as session:
        return list(session.scalars(select(Entry)))


def test_a_folder_is_added_with_a_line_for_each_class(tenfold: Command, photos: Path) -> None:
    outcome = tenfold("catalogue", "add", photos)
    assert outcome.out == (
        "  blue                 1\n"
        "  red                  1\n"
        "  none of these        1\n"
        "4 files: 3 added, 1 in the catalogue already\n"
    )
    assert (outcome.status, outcome.err) == (0, "")
    (photos / "notes\x1b[2J.jpg").write_bytes(b"hello")
    again = tenfold("catalogue", "add", photos)
    assert again.out == "5 files: 0 added, 4 unchanged since they were added, 1 that cannot be used\n"
    assert again.status == 1
    assert "\x1b" not in again.err
    assert again.err.startswith("tenfold: ")
    assert "[2J.jpg is not a picture this build can read. Supported" in again.err
    assert [(entry.owner_id, entry.shared) for entry in entries()] == [(0, True)] * 3


def test_a_path_that_is_not_there_is_wrong_usage(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("catalogue", "add", tmp_path / "nowhere")
    assert outcome.status == 2
    assert outcome.err == f"tenfold: {tmp_path / 'nowhere'} does not exist. Check the path.\n"


def test_private_needs_an_owner(tenfold: Command, photos: Path) -> None:
    outcome = tenfold("catalogue", "add", photos, "--private")
    assert outcome.status == 2
    assert outcome.err == (
        "tenfold: --private needs to know whose the pictures are. Add --owner and the name of an account.\n"
    )


def test_an_owner_has_to_be_known(tenfold: Command, photos: Path) -> None:
    outcome = tenfold("catalogue", "add", photos, "--owner", "ann")
    assert outcome.status == 1
    assert "ann" in outcome.err
    assert entries() == []


def test_check_names_what_is_missing_and_altered(tenfold: Command, photos: Path) -> None:
    tenfold("catalogue", "add", photos)
    assert tenfold("catalogue", "check").out == "3 originals: all well\n"
    store = LocalOriginals(settings.load().home / "pictures")
    hashes = {entry.name: entry.hash for entry in entries()}
    store.path(hashes["blue.png"]).unlink()
    altered = store.path(hashes["grey.png"])
    altered.chmod(0o644)
    altered.write_bytes(b"nothing")
    outcome = tenfold("catalogue", "check")
    assert outcome.status == 1
    assert set(outcome.out.splitlines()) == {
        f"missing: blue.png ({hashes['blue.png'][:12]})",
        f"altered: grey.png ({hashes['grey.png'][:12]})",
        "3 originals: 2 missing or altered",
    }


def test_check_counts_what_belongs_to_no_entry_and_what_waits(
    tenfold: Command, own_home: Path, put_in: Callable[[bytes], None]
) -> None:
    put_in(picture(RED))
    LocalOriginals(own_home / "pictures").put(b"cut off")
    assert tenfold("catalogue", "check").out == (
        "1 originals: all well\n"
        "Files that belong to no entry, because adding was cut off: 1. They do no harm.\n"
        "Entries that wait for their class: 1. tenfold serve classifies them.\n"
    )


@pytest.fixture
def put_in(own_home: Path) -> Callable[[bytes], None]:
    """Adds a picture that then waits."""

    def put(content: bytes) -> None:
        with App() as app:
            app.ingest.add(content, name="a.png", source="upload")

    return put


@pytest.fixture(params=["100k", "400k", "1m", "3m", "6m"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk so small that the database or the pictures fill it, whichever comes first."""
    with small_disk(tmp_path / "small", request.param) as place:
        yield place


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 11 MB of pictures."""
    folder, random = tmp_path_factory.mktemp("noise"), np.random.default_rng(1)
    for number in range(80):
        pixels = random.integers(0, 256, (220, 220, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.mark.long
@pytest.mark.slow
def test_a_full_disk_ends_the_command_with_one_sentence(disk: Path, noise: Path, quick_tenfold: Path) -> None:
    done = subprocess.run(
        [quick_tenfold, "catalogue", "add", str(noise)],
        env={**os.environ, "TENFOLD_HOME": str(disk / "home")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    [told] = done.stderr.splitlines()
    assert told.startswith("tenfold: ")
    assert "full" in told


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "catalogue list", "catalogue correct 1 cat", "catalogue export {disk}/out --training",
        "catalogue export {disk}/out.zip", "models add tests/data/tiny.onnx", "jobs",
        "user add anna --role viewer", "audit",
    ],
)  # fmt: skip
def test_every_command_says_that_the_disk_is_full(
    command: str, photos: Path, tmp_path: Path, tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "small", "12m") as disk:
        monkeypatch.setenv("TENFOLD_HOME", str(disk / "home"))
        assert tenfold("catalogue", "add", photos).status == 0
        fill(disk)
        outcome = tenfold(*command.format(disk=disk, photos=photos).split())
        assert outcome.status == 1
        [told] = outcome.err.splitlines()
        assert re.search("full|No space left", told)
        assert not re.search("backup|Report this|try again", told)


@pytest.mark.slow
def test_what_could_not_be_classified_is_tried_again_on_request(tenfold: Command, photos: Path) -> None:
    tenfold("catalogue", "add", photos)
    with App() as app, app.database.writing() as session:
        session.execute(update(Entry).values(state="failed", label=None, attempts=3, problem={"detail": "-"}))
    outcome = tenfold("catalogue", "retry")
    assert (outcome.status, outcome.out) == (0, "3 entries tried again\n")
    assert {entry.state for entry in entries()} == {"done"}
    assert tenfold("catalogue", "retry").out == "0 entries tried again\n"
