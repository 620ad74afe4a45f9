"""tenfold catalogue correct, delete, undo, export, file and unfile, on one catalogue."""

from pathlib import Path

import pytest
from sqlalchemy import update

from tenfold.catalogue.entries.tables import Entry
from tenfold.runtime import App
from tests.cli.conftest import Command
from tests.fakes import picture


@pytest.fixture
def photos(tmp_path: Path, own_home: Path) -> Path:
    """A folder of four pictures that are in the catalogue as numbers 1 to 4: two cats, two dogs."""
    folder = tmp_path / "photos"
    folder.mkdir()
    with App() as app:
        for number in range(1, 5):
            file = folder / f"{number}.png"
            file.write_bytes(picture((number, 0, 0)))
            entry = app.ingest.add(file.read_bytes(), name=file.name, source="folder", path=str(file)).entry
            label = "cat" if number < 3 else "dog"
            with app.database.writing() as session:
                facts = {"label": label, "model_label": label, "known": True, "state": "done"}
                session.execute(update(Entry).where(Entry.id == entry.id).values(**facts))
    return folder


@pytest.mark.slow
def test_entries_are_corrected_deleted_and_had_back(tenfold: Command, photos: Path) -> None:
    wrong = tenfold("catalogue", "correct", 1, 2, "fox")
    assert wrong.status == 2
    assert "The class 'fox' is none that there is." in wrong.err
    assert "Give --new if it is meant." in wrong.err
    done = tenfold("catalogue", "correct", "--new", 1, 2, "fox")
    assert done.out == "2 entries corrected\nTo undo it: tenfold catalogue undo 1\n"
    assert tenfold("catalogue", "correct", "--none", 3).status == 0
    assert tenfold("catalogue", "delete", 4, 99).out.startswith("1 entry deleted; 1 left as they were (")
    assert tenfold("catalogue", "undo").out.startswith("Action 3 (delete) undone: 1 entry as before\n")
    assert tenfold("catalogue", "undo", 1).out.startswith("Action 1 (correct) undone: 2 entries as before")
    missing = tenfold("catalogue", "restore", 99)
    assert missing.status == 1
    assert "Entry 99 is not in the catalogue" in missing.err


@pytest.mark.slow
def test_the_bin_is_emptied_after_a_question(tenfold: Command, photos: Path, own_home: Path) -> None:
    tenfold("catalogue", "delete", 3, 4)
    refused = tenfold("catalogue", "empty-bin")
    assert refused.status == 1
    assert "Delete all that is in the bin for good?" in refused.out
    assert tenfold("catalogue", "empty-bin", "--yes", "--days", 2).out == "0 entries deleted for good\n"
    assert tenfold("catalogue", "empty-bin", "--yes").out == "2 entries deleted for good\n"
    kept = [path for path in (own_home / "pictures").rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert tenfold("catalogue", "restore", 3).status == 1


@pytest.mark.slow
@pytest.mark.parametrize("words", [("cat",), ("1",), ("1", "x", "cat"), ("--none",)])
def test_correct_takes_numbers_and_a_class(tenfold: Command, photos: Path, words: tuple[str, ...]) -> None:
    refused = tenfold("catalogue", "correct", *words)
    assert refused.status == 2


def test_a_table_an_archive_and_training_data(tenfold: Command, photos: Path, tmp_path: Path) -> None:
    table = tmp_path / "out.csv"
    assert tenfold("catalogue", "export", table, "--class", "cat").status == 0
    assert table.read_text(encoding="utf-8-sig").count("\n") == 3
    again = tenfold("catalogue", "export", table)
    assert (again.status, "is there already" in again.err) == (1, True)
    assert tenfold("catalogue", "export", table, "--force").status == 0
    assert "Exported 4 pictures to" in tenfold("catalogue", "export", tmp_path / "folders").out
    assert (tmp_path / "folders" / "dog" / "3.png").exists()
    refused = tenfold("catalogue", "export", "--training", tmp_path / "data")
    assert "needs pictures of two classes or more" in refused.err
    assert (
        "4 pictures for training"
        in tenfold("catalogue", "export", "--training", "--all", tmp_path / "data").out
    )
    assert tenfold("catalogue", "export", "--all", tmp_path / "x").status == 2
    assert tenfold("catalogue", "export", "--training", tmp_path / "x.csv").status == 2
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_pictures_are_filed_and_put_back(tenfold: Command, photos: Path, tmp_path: Path) -> None:
    root = tmp_path / "filed"
    plan = tenfold("catalogue", "file", root, "--move", "--dry-run", "--sidecars")
    assert f"{photos / '1.png'} -> {root / 'cat' / '1.png'}" in plan.out
    assert plan.out.endswith("4 pictures; nothing was done\n")
    assert not root.exists()
    filed = tenfold("catalogue", "file", root, "--move", "--sidecars")
    assert filed.out.startswith("4 pictures: 4 moved, 4 sidecars, 3 folders made\n")
    assert list(photos.iterdir()) == []
    (root / "cat" / "1.png").write_bytes(b"edited")
    kept = tenfold("catalogue", "unfile", 1)
    assert kept.status == 1
    assert "1.png: It was changed or taken away since, and is left as it is." in kept.err
    (root / "cat" / "1.png").write_bytes(picture((1, 0, 0)))
    assert tenfold("catalogue", "unfile", 1).status == 0
    assert sorted(path.name for path in photos.iterdir()) == ["1.png", "2.png", "3.png", "4.png"]
    assert not root.exists()


def test_file_says_what_it_needs(tenfold: Command, photos: Path, tmp_path: Path) -> None:
    refused = tenfold("catalogue", "file", tmp_path / "filed")
    assert refused.status == 2
    assert "needs a folder and how to file" in refused.err


@pytest.mark.slow
def test_what_was_done_is_listed_so_that_it_can_be_undone(tenfold: Command, photos: Path) -> None:
    assert tenfold("catalogue", "undo", "--list").out == "Nothing was done yet.\n"
    tenfold("catalogue", "correct", 1, 2, "dog")
    tenfold("catalogue", "delete", 3)
    tenfold("catalogue", "undo", 1)
    head, *rows = tenfold("catalogue", "undo", "--list").out.splitlines()
    assert head.split() == ["ID", "WHEN", "WHAT", "TO", "ENTRIES"]
    assert [row.split()[0] for row in rows] == ["3", "2", "1"]
    assert rows[2].split()[3:] == ["correct", "dog", "2", "undone"]
    missing = tenfold("catalogue", "undo", 44)
    assert missing.status == 1
    assert "Action 44 does not exist. `tenfold catalogue undo --list`" in missing.err


@pytest.mark.slow
def test_filings_are_listed_so_that_they_can_be_undone(
    tenfold: Command, photos: Path, tmp_path: Path
) -> None:
    assert tenfold("catalogue", "unfile", "--list").out == "Nothing was filed yet.\n"
    tenfold("catalogue", "file", tmp_path / "filed", "--copy", "--class", "dog")
    listed = tenfold("catalogue", "unfile", "--list").out.splitlines()[1].split()
    assert (listed[0], listed[3:]) == ("1", ["copy", "2", str(tmp_path / "filed")])
    nameless = tenfold("catalogue", "unfile")
    assert nameless.status == 2
    assert "unfile needs the number of a filing. Name it: tenfold catalogue unfile ID" in nameless.err
    missing = tenfold("catalogue", "unfile", 44)
    assert "Filing 44 does not exist. `tenfold catalogue unfile --list`" in missing.err


def test_a_table_for_a_folder_that_is_not_there_is_refused(
    tenfold: Command, photos: Path, tmp_path: Path
) -> None:
    refused = tenfold("catalogue", "export", tmp_path / "nowhere" / "out.csv")
    assert refused.status == 1
    assert "cannot be written (No such file or directory). Name a folder that is there" in refused.err


@pytest.mark.slow
def test_what_was_filed_with_sidecars_is_data_to_train_on_and_pictures_to_add(
    tenfold: Command, photos: Path, tmp_path: Path
) -> None:
    root = tmp_path / "filed"
    assert "4 sidecars" in tenfold("catalogue", "file", root, "--copy", "--sidecars").out
    assert len(list(root.rglob("*.xmp"))) == 4
    for arguments in (("catalogue", "add", root), ("data", "show", root, "-o", tmp_path / "sheet.png")):
        outcome = tenfold(*arguments)
        assert (outcome.status, outcome.err) == (0, ""), arguments
        assert "xmp" not in outcome.out
    assert tenfold("catalogue", "add", root).out == "4 files: 0 added, 4 unchanged since they were added\n"
