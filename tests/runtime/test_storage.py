"""tenfold on a blob store that is no folder: what S3 will be, in memory."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tenfold import settings
from tenfold.catalogue.entries.filters import Filters
from tests import tiny
from tests.fakes import BLUE, RED, MemoryApp, picture


@pytest.fixture
def app(tmp_path: Path) -> Iterator[MemoryApp]:
    home = tmp_path / "home"
    with MemoryApp(settings.load().model_copy(update={"home": home, "data_dir": home / "data"})) as app:
        yield app


def add(app: MemoryApp) -> dict[str, int]:
    """A red and a blue picture, classified; their numbers."""
    pictures = {"red.png": RED, "blue.png": BLUE}
    for name, colour in pictures.items():
        app.ingest.add(picture(colour), name=name, source="upload", shared=True)
    app.jobs.worker(serving=False)
    app.classify_pending.answer()
    return {entry.name: entry.id for entry in app.search.page(Filters(), "newest", 10).entries}


def test_pictures_are_added_classified_and_shown(app: MemoryApp) -> None:
    numbers = add(app)
    assert len(list(app.stores["pictures"].all_keys())) == 2
    entry = app.picture_files.entry(numbers["red.png"], person=0, administrator=True)
    assert entry.label == "red"
    with app.picture_files.original(entry) as file:
        assert file.read() == picture(RED)
    for _ in range(2):  # made, and then read
        with Image.open(BytesIO(app.picture_files.small(entry, 64))) as image:
            assert image.size == (64, 48)
    assert len(list(app.stores["thumbnails"].all_keys())) == 1


def test_pictures_are_exported_and_deleted(app: MemoryApp) -> None:
    numbers = add(app)
    archive = zipfile.ZipFile(BytesIO(b"".join(app.exports.pictures_zip(Filters()))))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "red/red.png": picture(RED),
        "blue/blue.png": picture(BLUE),
    }
    app.actions.do("delete", [numbers["red.png"]])
    archive = zipfile.ZipFile(BytesIO(b"".join(app.exports.pictures_zip(Filters()))))
    assert archive.namelist() == ["blue/blue.png"]


@pytest.mark.parametrize("mode", ["copy", "link"])
def test_pictures_are_organised_on_disk_as_copies(app: MemoryApp, tmp_path: Path, mode: str) -> None:
    add(app)
    report = app.organiser.file(Filters(), tmp_path / "filed", mode)  # type: ignore[arg-type]
    assert report.hows["copy"] == 2
    red = tmp_path / "filed" / "red" / "red.png"
    assert red.read_bytes() == picture(RED)
    assert not red.is_symlink()
    app.organiser.undo(report.filing.id)
    assert not red.exists()


def test_a_model_is_registered_and_goes_live(app: MemoryApp) -> None:
    model = app.model_switch.add(tiny.MODEL, name="tiny.onnx", by=0)
    assert list(app.stores["models"].all_keys()) == [f"{model.hash}.onnx"]
    app.model_switch.go_live(model.hash, by=0)
    assert app.registry.live() == model.hash
    with app.registry.open(model.hash) as file:
        assert file.read() == tiny.MODEL.read_bytes()
    app.stores["models"].delete(f"{model.hash}.onnx")
    assert app.registry.fault(app.registry.get(model.hash)) == "missing"


def test_nothing_of_a_blob_lies_in_the_home(app: MemoryApp) -> None:
    add(app)
    app.model_switch.add(tiny.MODEL, name="tiny.onnx", by=0)
    assert {one.name.partition(".db")[0] for one in app.home.folder.iterdir()} <= {
        "tenfold",
        "index",
        "backups",
    }
