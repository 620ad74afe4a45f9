import csv
import sys
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from sqlalchemy import update

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.export.exports import Exports
from tenfold.catalogue.export.table import COLUMNS
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database
from tenfold.datasets.folders import list_folder
from tenfold.datasets.manifests import list_manifest
from tenfold.errors import CatalogueError, MissingExtra
from tenfold.images import Limits
from tests.fakes import BLUE, GREEN, GREY, RED, LocalOriginals, picture

NAMES = ["a.png", "=cmd|'C calc'!A0.png", "con.png", "a.png", "<script>x.png"]
COLOURS = [RED, GREEN, BLUE, (240, 0, 0), GREY]
LABELS = ["red", "green", "CON", "red", ""]


@pytest.fixture
def store(tmp_path: Path) -> LocalOriginals:
    return LocalOriginals(tmp_path / "pictures")


@pytest.fixture
def exports(database: Database, store: LocalOriginals) -> Exports:
    """Five entries that a model named, with names that are made to harm."""
    intake = Ingest(database, store, Limits())
    for name, colour in zip(NAMES, COLOURS, strict=True):
        intake.add(picture(colour), name=name, source="upload", shared=True)
    with database.writing() as session:
        for number, (name, label) in enumerate(zip(NAMES, LABELS, strict=True), start=1):
            facts = {"label": label, "model_label": label or "red", "known": label != "", "name": name}
            session.execute(
                update(Entry)
                .where(Entry.id == number)
                .values(**facts, state="done", confidence=0.5, novelty=-1.5)
            )
    return Exports(database, store)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_has_a_row_for_each_entry_and_no_formula(exports: Exports) -> None:
    content = b"".join(exports.csv(Filters()))
    assert content.startswith(b"\xef\xbb\xbfid,name,class,")
    found = rows(content)
    assert [row["name"] for row in found] == ["a.png", "'=cmd|'C calc'!A0.png", *NAMES[2:]]
    assert [row["class"] for row in found] == LABELS
    assert [row["none_of_these"] for row in found] == ["false"] * 4 + ["true"]
    assert found[0]["novelty"] == "-1.5", "a number is no formula"
    assert found[0]["sources"] == "upload"
    assert list(found[0]) == list(COLUMNS)


def test_filters_and_persons_choose(exports: Exports) -> None:
    assert len(rows(b"".join(exports.csv(Filters(labels=("red",)))))) == 2
    assert rows(b"".join(exports.csv(Filters(labels=("nothing",))))) == []


def test_parquet_keeps_every_text_and_type(exports: Exports) -> None:
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs the parquet extra: pip install 'tenfold[parquet]'"
    )
    table = parquet.read_table(BytesIO(b"".join(exports.parquet(Filters()))))
    assert table.column_names == list(COLUMNS)
    found = table.to_pylist()
    assert [row["name"] for row in found] == NAMES
    assert found[4]["none_of_these"] is True
    assert found[4]["class"] is None
    assert found[0]["added_at"].tzinfo is not None


def test_parquet_without_its_extra_says_how_to_get_it(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match="Parquet needs the parquet extra, which is not installed"):
        exports.parquet(Filters())


def test_an_archive_has_a_folder_for_each_class_and_no_name_twice(
    exports: Exports, store: LocalOriginals
) -> None:
    found = zipfile.ZipFile(BytesIO(b"".join(exports.pictures_zip(Filters()))))
    assert found.testzip() is None
    names = found.namelist()
    assert names[0] == "red/a.png"
    assert names[3].startswith("red/a-")
    assert names[2].startswith("%43ON/")
    assert names[2].endswith("/_con.png")
    assert names[4] == "none-of-these/_script_x.png"
    assert found.read("red/a.png") == picture(RED)


def test_an_original_that_is_missing_is_named_and_the_rest_goes_on(
    exports: Exports, store: LocalOriginals
) -> None:
    first = next(iter(store.hashes()))
    store.path(first).unlink()
    found = zipfile.ZipFile(BytesIO(b"".join(exports.pictures_zip(Filters()))))
    assert len(found.namelist()) == 5
    assert b"missing from the store" in found.read("not-included.txt")


def test_training_data_is_what_people_said_and_tenfold_train_takes_it(
    exports: Exports, database: Database, tmp_path: Path
) -> None:
    with pytest.raises(CatalogueError, match=r"two classes or more that a person corrected or conf"):
        exports.training_zip(Filters())
    actions = Actions(database)
    actions.do("correct", [1, 4], label="red")
    actions.do("correct", [2], label="gr/een")
    actions.do("correct", [3], label="")
    assert exports.training_folder(Filters(), tmp_path / "data") == 3
    assert {entry.label for entry in list_manifest(tmp_path / "data" / "labels.csv", "labels").entries} == {
        "red",
        "gr/een",
    }
    listed = list_folder(tmp_path / "data", "data")
    assert len(listed.entries) == 3
    assert set(listed.classes) == {"red", "gr/een"}
    assert exports.training_folder(Filters(), tmp_path / "all", "all") == 3, "none of these is no class"
    with pytest.raises(CatalogueError, match="is not empty"):
        exports.training_folder(Filters(), tmp_path / "data")


def test_a_class_that_is_called_like_a_part_of_the_data_is_a_class(
    exports: Exports, database: Database, tmp_path: Path
) -> None:
    actions = Actions(database)
    actions.do("correct", [1], label="train")
    actions.do("correct", [2, 3], label="ship")
    exports.training_folder(Filters(), tmp_path / "data")
    assert list_folder(tmp_path / "data", "data").classes == ("ship", "train")


def test_pictures_in_a_folder(exports: Exports, tmp_path: Path) -> None:
    assert exports.pictures_folder(Filters(), tmp_path / "out") == 5
    assert (tmp_path / "out" / "red" / "a.png").read_bytes() == picture(RED)
