"""Filing by class on disk: whatever happens half-way, undo gives back the tree that was."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.catalogue.organise import steps as filing_steps
from tenfold.catalogue.organise.organise import Organiser
from tenfold.catalogue.organise.plan import Mode
from tenfold.database import Database
from tenfold.errors import CatalogueError, NotInCatalogue
from tenfold.images import Limits
from tenfold.server_files import ServerFiles
from tests.environment.forking import run_python
from tests.fakes import LocalOriginals, picture

MODES: list[Mode] = ["copy", "move", "link"]
HOSTILE = ["<script>.png", "=cmd|'x'!A0.png", "\u202egnp.png", "a\nb.png", "x" * 240 + ".png"]


class Place:
    """A folder of pictures, added to a catalogue, with a class each."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.home, self.source, self.root = folder / "home", folder / "photos", folder / "filed"
        self.database = database
        self.store = LocalOriginals(self.home / "pictures")
        files = ServerFiles(self.home, database.file)
        self.filer = Organiser(database, self.store, files, self.home)
        self.intake = Ingest(database, self.store, Limits())

    def add(self, name: str, label: str | None, colour: int, *, uploaded: bool = False) -> int:
        content = picture((colour, 0, 0))
        path = self.source / f"{colour}" / name
        if not uploaded:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        where = "" if uploaded else str(path)
        entry = self.intake.add(content, name=name, source="folder", path=where, shared=True).entry
        facts = {"label": label, "name": name, "confidence": 0.9, "novelty": 0.1, "model_hash": "a" * 64}
        with self.database.writing() as session:
            session.execute(update(Entry).where(Entry.id == entry.id).values(**facts))
        return entry.id

    def fill(self) -> None:
        for colour, (name, label) in enumerate(
            [
                ("a.png", "cat"),
                ("a.png", "cat"),
                ("a.png", "dog"),
                ("b.png", ""),
                ("c.png", "CON"),
                ("d.png", None),
                *((name, "he/r\u202ee") for name in HOSTILE),
            ],
            start=10,
        ):
            self.add(name, label, colour)
        self.add("uploaded.png", "cat", 200, uploaded=True)


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    return Place(database, tmp_path)


def tree(*roots: Path) -> dict[str, Any]:
    """Everything under folders: files with their bytes, folders, links with their target."""
    found: dict[str, Any] = {}
    for root in roots:
        for path in [root, *sorted(root.rglob("*"))] if root.exists() else []:
            kept = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[str(path)] = kept
    return found


@pytest.mark.parametrize("mode", MODES)
def test_filing_and_undo_give_back_the_tree_that_was(place: Place, mode: Mode) -> None:
    place.fill()
    before = tree(place.source, place.root, place.home)
    report = place.filer.file(Filters(), place.root, mode, sidecars=True)
    assert report.filing.count == 11, "what is not classified stays"
    assert report.states == {"done": report.states["done"]}
    for path in place.root.rglob("*"):
        assert path.name.isprintable()
        assert len(path.name.encode()) < 255
    assert sorted(path.name for path in (place.root / "cat").glob("*.png"))[1:] == ["a.png", "uploaded.png"]
    assert (place.root / "none-of-these" / "b.png").read_bytes() == picture((13, 0, 0))
    assert not (place.root / "CON").exists()
    assert b"cat" in (place.root / "cat" / "a.png.xmp").read_bytes()
    assert len(list(place.source.rglob("*.png"))) == (1 if mode == "move" else 11)
    assert report.hows["copy" if mode == "copy" else "hard" if mode == "link" else "move"] >= 10
    undone = place.filer.undo(report.filing.id)
    assert undone.filing.undone_at is not None
    after = tree(place.source, place.root, place.home)
    # SQLite's own files are in another folder: all the rest is the same, byte for byte.
    assert after == before
    with pytest.raises(CatalogueError, match="was undone already"):
        place.filer.undo(report.filing.id)


def test_a_plan_says_every_step_and_takes_none(place: Place) -> None:
    place.fill()
    before = tree(place.source, place.home)
    steps = list(place.filer.plan(Filters(), place.root, "move", sidecars=True))
    assert tree(place.source, place.home) == before
    assert not place.root.exists()
    assert place.filer.recent() == []
    planned = [(step.how, step.target, step.content) for step in steps]
    report = place.filer.file(Filters(), place.root, "move", sidecars=True)
    taken = place.filer.steps(report.filing.id, limit=1000)
    assert [(step.how, step.target) for step in taken] == [one[:2] for one in planned if one[0] != "folder"]


def test_filing_again_finds_all_there(place: Place) -> None:
    place.fill()
    first = place.filer.file(Filters(), place.root, "copy")
    before = tree(place.root)
    again = place.filer.file(Filters(), place.root, "copy")
    assert again.states == {"there": 11}
    place.filer.undo(again.filing.id)
    assert tree(place.root) == before, "what an earlier filing made stays"
    place.filer.undo(first.filing.id)
    assert not place.root.exists()


def test_what_was_changed_since_stays_and_is_said(place: Place) -> None:
    place.add("a.png", "cat", 10)
    place.add("b.png", "cat", 11)
    report = place.filer.file(Filters(), place.root, "move")
    edited = place.root / "cat" / "a.png"
    edited.write_bytes(b"edited")
    undone = place.filer.undo(report.filing.id)
    assert undone.filing.undone_at is None
    assert edited.read_bytes() == b"edited"
    assert (place.source / "11" / "b.png").exists()
    (problem,) = [step for step in place.filer.steps(report.filing.id, limit=9, problems=True) if step.origin]
    assert problem.problem == "changed"
    assert problem.target == str(edited)
    edited.write_bytes(picture((10, 0, 0)))
    assert place.filer.undo(report.filing.id).filing.undone_at is not None
    assert not place.root.exists()
    assert (place.source / "10" / "a.png").exists()


def test_a_file_that_took_the_old_place_is_not_written_over(place: Place) -> None:
    place.add("a.png", "cat", 10)
    report = place.filer.file(Filters(), place.root, "move")
    other = place.source / "10" / "a.png"
    other.write_bytes(b"another")
    assert place.filer.undo(report.filing.id).filing.undone_at is None
    assert other.read_bytes() == b"another"
    assert (place.root / "cat" / "a.png").exists()


def test_a_file_that_changed_before_the_move_is_copied_from_the_store(place: Place) -> None:
    place.add("a.png", "cat", 10)
    original = place.source / "10" / "a.png"
    original.write_bytes(b"edited by the person")
    report = place.filer.file(Filters(), place.root, "move")
    assert report.hows["copy"] == 1
    assert original.read_bytes() == b"edited by the person"
    assert (place.root / "cat" / "a.png").read_bytes() == picture((10, 0, 0))


def test_another_s_file_of_that_name_stays(place: Place) -> None:
    place.add("a.png", "cat", 10)
    (place.root / "cat").mkdir(parents=True)
    (place.root / "cat" / "a.png").write_bytes(b"somebody's")
    before = tree(place.root)
    report = place.filer.file(Filters(), place.root, "copy")
    assert (place.root / "cat" / "a.png").read_bytes() == b"somebody's"
    assert len(list((place.root / "cat").iterdir())) == 2
    place.filer.undo(report.filing.id)
    assert tree(place.root) == before


def test_somebody_s_sidecar_is_extended_moves_along_and_comes_back(place: Place) -> None:
    place.add("a.png", "cat", 10)
    place.add("b.png", "cat", 11)
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    mine = f'<r:RDF xmlns:r="{rdf}"><r:Description r:about="" xmlns:e="urn:e/" e:stars="4"/></r:RDF>'
    (place.source / "10" / "a.png.xmp").write_text(mine, encoding="utf-8")
    (place.source / "11" / "b.png.xmp").write_bytes(b"no xmp at all")
    before = tree(place.source)
    report = place.filer.file(Filters(), place.root, "move", sidecars=True)
    made = (place.root / "cat" / "a.png.xmp").read_text(encoding="utf-8")
    assert 'e:stars="4"' in made
    assert "cat" in made
    assert (place.root / "cat" / "b.png.xmp").read_bytes() == b"no xmp at all"
    (problem,) = place.filer.steps(report.filing.id, limit=9, problems=True)
    assert problem.problem == "foreign-sidecar"
    assert report.states["failed"] == 1
    place.filer.undo(report.filing.id)
    assert tree(place.source) == before


def test_a_link_is_symbolic_where_the_disk_has_no_hard_ones(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add("a.png", "cat", 10)

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", refuse)
    before = tree(place.source, place.root)
    report = place.filer.file(Filters(), place.root, "link")
    assert report.hows["symbolic"] == 1
    assert os.readlink(place.root / "cat" / "a.png") == str(place.source / "10" / "a.png")
    place.filer.undo(report.filing.id)
    assert tree(place.source, place.root) == before
    moved = place.filer.file(Filters(), place.root, "move")
    assert not (place.source / "10" / "a.png").exists()
    place.filer.undo(moved.filing.id)
    assert tree(place.source, place.root) == before


@pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="needs a system that says what a descriptor is"
)
def test_what_was_filed_outlives_a_loss_of_power(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.add("a.png", "cat", 10)
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda opened: synced.append(os.readlink(f"/proc/self/fd/{opened}")))
    place.filer.file(Filters(), place.root, "copy", sidecars=True)
    folder = str(place.root / "cat")
    assert synced.count(folder) == 2, "for the picture and for its sidecar"
    assert [one.startswith(folder) for one in synced] == [True] * 4


def test_a_full_disk_stops_and_the_filing_can_go_on_or_be_undone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.fill()
    before = tree(place.source, place.root)
    real, calls = filing_steps._place, []

    def full(part: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(part, target)

    monkeypatch.setattr(filing_steps, "_place", full)
    with pytest.raises(CatalogueError, match="is full; what was done so far is kept"):
        place.filer.file(Filters(), place.root, "copy")
    (filing,) = place.filer.recent()
    assert place.filer.get(filing.id).unfinished
    assert not list(place.root.rglob("*.part"))
    report = place.filer.resume(filing.id)
    assert not report.unfinished
    assert report.hows["copy"] == 11
    place.filer.undo(filing.id)
    assert tree(place.source, place.root) == before


CHILD = """
import os, signal, sys
from pathlib import Path
from tenfold.catalogue.organise import steps as filing_steps
from tenfold.catalogue.organise.organise import Organiser
from tenfold.catalogue.entries.filters import Filters
from tenfold.database import Database
from tenfold.server_files import ServerFiles
from tests.fakes import LocalOriginals

url, home, root, mode, at = sys.argv[1:]
count = 0

def counted(real):
    def call(*args, **how):
        global count
        count += 1
        if count == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **how)
    return call

# Before each touch of the disk: the process may be killed at any of them.
for name in ("link", "unlink", "symlink", "replace", "mkdir", "fsync"):
    setattr(os, name, counted(getattr(os, name)))
home = Path(home)
database = Database(url)
files = ServerFiles(home, database.file)
organiser = Organiser(database, LocalOriginals(home / "pictures"), files, home)
organiser.file(Filters(), Path(root), mode, sidecars=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "at"), [("move", 5), ("move", 12), ("copy", 9), ("link", 6)])
def test_killed_in_the_middle_undo_gives_back_the_tree_byte_for_byte(
    place: Place, database: Database, mode: Mode, at: int
) -> None:
    for colour, label in enumerate(["cat", "dog", "cat", "dog"], start=10):
        place.add("a.png", label, colour)
    (place.source / "10" / "a.png.xmp").write_bytes(b"somebody's own")
    before = tree(place.source, place.root)
    url = database.url.render_as_string(hide_password=False)
    status, errors = run_python(CHILD, url, str(place.home), str(place.root), mode, str(at))
    assert status == -signal.SIGKILL, errors
    assert tree(place.source, place.root) != before, "it was killed before it began"
    (filing,) = place.filer.recent()
    assert place.filer.get(filing.id).unfinished
    place.filer.undo(filing.id)
    assert tree(place.source, place.root) == before


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on(place: Place, database: Database) -> None:
    for colour, label in enumerate(["cat", "dog", "cat", "dog"], start=10):
        place.add("a.png", label, colour)
    before = tree(place.source, place.root)
    url = database.url.render_as_string(hide_password=False)
    status, errors = run_python(CHILD, url, str(place.home), str(place.root), "move", "10")
    assert status == -signal.SIGKILL, errors
    (filing,) = place.filer.recent()
    report = place.filer.resume(filing.id)
    assert set(report.states) == {"done"}
    assert not list(place.source.rglob("*.png"))
    assert len(list(place.root.rglob("*.png"))) == 4
    place.filer.undo(filing.id)
    assert tree(place.source, place.root) == before


PLANNING = """
import os, signal, sys
from pathlib import Path
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.organise import organise
from tenfold.database import Database
from tenfold.server_files import ServerFiles
from tests.fakes import LocalOriginals

url, home, root, at = sys.argv[1:]
organise._PART = 3
commits = 0

def committed():
    global commits
    commits += 1
    if commits == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

home = Path(home)
database = Database(url)
database.after_commit(committed)
files = ServerFiles(home, database.file)
organiser = organise.Organiser(database, LocalOriginals(home / "pictures"), files, home)
organiser.file(Filters(labels=("cat", "dog")), Path(root), "copy", sidecars=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("then", ["goes on", "is undone"])
def test_killed_while_it_was_planned_it_goes_on_or_is_undone(
    place: Place, database: Database, at: int, then: str
) -> None:
    for colour, label in enumerate(["cat", "dog", "cat", "dog", "bird"], start=10):
        place.add("a.png", label, colour)
    before = tree(place.source, place.root)
    url = database.url.render_as_string(hide_password=False)
    status, errors = run_python(PLANNING, url, str(place.home), str(place.root), str(at))
    assert status == -signal.SIGKILL, errors
    (filing,) = place.filer.recent()
    assert place.filer.get(filing.id).unfinished
    if then == "goes on":
        report = place.filer.resume(filing.id)
        assert (report.unfinished, report.filing.count, set(report.states)) == (False, 4, {"done"})
        assert len(list(place.root.rglob("*.png"))) == len(list(place.root.rglob("*.xmp"))) == 4
    place.filer.undo(filing.id)
    assert not place.filer.get(filing.id).unfinished
    assert tree(place.source, place.root) == before


def test_folders_that_cannot_be_used_are_refused(place: Place) -> None:
    place.add("a.png", "cat", 10)
    (place.source / "file").write_bytes(b"")
    for root, words in (
        (place.home / "filed", "is where tenfold keeps its own files"),
        (place.source / ".." / "home" / "pictures", "is where tenfold keeps its own files"),
        (place.source / "file", "is a file"),
    ):
        with pytest.raises(CatalogueError, match=words):
            place.filer.file(Filters(), root, "copy")
    assert place.filer.recent() == []
    (place.root).mkdir()
    (place.root / "cat").symlink_to(place.home)
    report = place.filer.file(Filters(), place.root, "copy")
    assert report.states == {"failed": 1}
    (problem,) = place.filer.steps(report.filing.id, limit=9, problems=True)
    assert problem.problem == "folder-leads-home"
    with pytest.raises(NotInCatalogue, match="Filing 999 does not exist"):
        place.filer.undo(999)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_sidecar_that_is_a_link_to_something_else_is_not_read(
    place: Place, tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    place.add("a.png", "cat", 10)
    (place.home / "tenfold.db").write_bytes(b"the database")
    link(place.home / "tenfold.db", place.source / "10" / "a.png.xmp")
    report = place.filer.file(Filters(), place.root, "copy", sidecars=True)
    (problem,) = place.filer.steps(report.filing.id, limit=9, problems=True)
    assert problem.problem == "forbidden"
    assert not (place.root / "cat" / "a.png.xmp").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_folder_that_became_a_link_is_not_moved_from(place: Place, tmp_path: Path) -> None:
    place.add("a.png", "cat", 10)
    private = tmp_path / "home" / "runs"
    (place.source / "10").rename(private)
    (place.source / "10").symlink_to(private)
    report = place.filer.file(Filters(), place.root, "move")
    assert dict(report.hows) == {"folder": 2, "copy": 1}
    assert (private / "a.png").is_file()
