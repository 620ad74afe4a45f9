from pathlib import Path

import pytest

from tenfold.catalogue.entries.integrity import IntegrityReport, check
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database
from tenfold.images import Limits
from tests.fakes import BLUE, GREEN, RED, LocalOriginals, picture


def checked(database: Database, store: LocalOriginals) -> IntegrityReport:
    return check(database, store, lambda done, total: None)


def test_missing_and_altered_originals_are_named_with_their_entries(
    database: Database, tmp_path: Path
) -> None:
    store = LocalOriginals(tmp_path / "pictures")
    intake = Ingest(database, store, Limits())
    colours = {"red.png": RED, "green.png": GREEN, "blue.png": BLUE}
    hashes = {
        name: intake.add(picture(colour), name=name, source="upload").entry.hash
        for name, colour in colours.items()
    }
    progress: list[tuple[int, int]] = []
    check(database, store, lambda done, total: progress.append((done, total)))
    assert progress == [(1, 3), (2, 3), (3, 3)]
    assert checked(database, store) == IntegrityReport(originals=3, faults=[], unused=0, waiting=3)
    store.path(hashes["red.png"]).unlink()
    store.path(hashes["blue.png"]).chmod(0o644)
    store.path(hashes["blue.png"]).write_bytes(b"nothing")
    faults = {fault.names: fault.problem for fault in checked(database, store).faults}
    assert faults == {("red.png",): "missing", ("blue.png",): "altered"}


def test_a_file_without_an_entry_is_counted_and_is_no_fault(database: Database, tmp_path: Path) -> None:
    store = LocalOriginals(tmp_path / "pictures")
    store.put(picture())
    found = checked(database, store)
    assert (found.unused, found.originals, found.faults) == (1, 0, [])


@pytest.mark.parametrize("name", ["being-written", "ab"])
def test_what_lies_about_in_the_store_is_no_original(database: Database, tmp_path: Path, name: str) -> None:
    (tmp_path / "pictures" / name).mkdir(parents=True)
    (tmp_path / "pictures" / name / "left").write_bytes(b"half")
    assert checked(database, LocalOriginals(tmp_path / "pictures")) == IntegrityReport()
