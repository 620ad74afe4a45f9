from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.catalogue.entries.pictures import SIDES, PictureFiles, file_name, nearest_side
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database
from tenfold.errors import CatalogueError, DamagedPicture, NotInCatalogue
from tenfold.images import Limits
from tenfold.storage import LocalStore
from tests.fakes import LocalOriginals, picture
from tests.images.pictures import encoded, exif, lying, noise, scene


class Gallery:
    """PictureFiles, and a way to put pictures into it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.store = LocalOriginals(folder / "pictures")
        self.thumbnails = folder / "thumbnails"
        self.intake = Ingest(database, self.store, Limits())
        self.showing = PictureFiles(database, self.store, LocalStore(folder / "thumbnails"), Limits())

    def add(self, content: bytes, name: str = "a.jpg", owner: int = 0, shared: bool = True) -> Entry:
        return self.intake.add(content, name=name, source="upload", owner=owner, shared=shared).entry


@pytest.fixture
def gallery(database: Database, tmp_path: Path) -> Gallery:
    return Gallery(database, tmp_path)


def test_only_who_may_see_an_entry_gets_it(gallery: Gallery) -> None:
    own = gallery.add(picture(), owner=1, shared=False).id
    shared = gallery.add(picture(), owner=2, shared=True).id
    app = gallery.add(picture(), owner=0, shared=False).id

    def sees(person: int, administrator: bool = False) -> list[int]:
        found = []
        for number in (own, shared, app):
            try:
                found.append(gallery.showing.entry(number, person=person, administrator=administrator).id)
            except NotInCatalogue:
                continue
        return found

    assert sees(1) == [own, shared, app]
    assert sees(3) == [shared, app]
    assert sees(3, administrator=True) == [own, shared, app]
    with pytest.raises(NotInCatalogue, match=r"^Entry 99 does not exist, or is another person's and not"):
        gallery.showing.entry(99, person=0, administrator=True)


def test_a_small_picture_is_upright_and_made_once(gallery: Gallery) -> None:
    content = encoded(lying(scene(400, 300), 6), "JPEG", exif=b"Exif\0\0" + exif(6), quality=95)
    entry = gallery.add(content)
    small = gallery.showing.small(entry, 128)
    with Image.open(BytesIO(small)) as image:
        assert (image.format, image.size) == ("JPEG", (128, 96))
        assert "exif" not in image.info
        wanted = Image.fromarray(scene(400, 300)).resize((128, 96))
        assert np.abs(np.asarray(image, float) - np.asarray(wanted, float)).mean() < 4
    [path] = gallery.thumbnails.rglob("*.jpg")
    assert path.name == f"{entry.hash}-128.jpg"
    made = path.stat()
    assert gallery.showing.small(entry, 128) == small
    assert path.stat().st_mtime_ns == made.st_mtime_ns


def test_a_picture_smaller_than_asked_for_is_not_blown_up(gallery: Gallery) -> None:
    with Image.open(BytesIO(gallery.showing.small(gallery.add(picture(size=(7, 5))), 256))) as image:
        assert image.size == (7, 5)


@pytest.mark.parametrize(("kind", "safe"), [("JPEG", True), ("PNG", True), ("WebP", True), ("GIF", True),
                                            ("TIFF", False), ("BMP", False), ("HEIC", False)])  # fmt: skip
def test_what_not_every_browser_shows_is_shown_as_jpeg(gallery: Gallery, kind: str, safe: bool) -> None:
    entry = gallery.add(encoded(scene(), kind))
    shown = gallery.showing.shown(entry)
    if safe:
        assert not isinstance(shown, bytes)
        with shown:
            assert shown.read() == gallery.store.read(entry.hash)
    else:
        assert isinstance(shown, bytes)
        with Image.open(BytesIO(shown)) as image:
            assert (image.format, image.size) == ("JPEG", (64, 48))


def test_damaged_and_missing_pictures_are_named(gallery: Gallery) -> None:
    damaged = gallery.add(encoded(noise(400, 400), "JPEG")[:-300], name="cut.jpg")
    with pytest.raises(DamagedPicture, match=r"^cut\.jpg is a damaged JPEG picture"):
        gallery.showing.small(damaged, 256)
    gallery.store.path(damaged.hash).unlink()
    for show in (gallery.showing.original, gallery.showing.shown):
        with pytest.raises(CatalogueError, match="is missing from the store"):
            show(damaged)


@pytest.mark.parametrize(
    ("name", "media_type", "kept"),
    [
        ("cat.JPG", "image/jpeg", "cat.JPG"),
        ("cat.exe", "image/jpeg", "cat.exe.jpg"),
        ("cat.html", "image/png", "cat.html.png"),
        ('a"b;c<d>.png', "image/png", "a_b;c_d_.png"),
        ("...", "image/webp", "picture.webp"),
        ("con?.heic", "image/heic", "con_.heic"),
    ],
)
def test_a_download_s_name_ends_as_its_content_is(name: str, media_type: str, kept: str) -> None:
    assert file_name(Entry(name=name, media_type=media_type)) == kept


def test_sides_are_few() -> None:
    assert [nearest_side(side) for side in (1, 64, 65, 1024, 5000)] == [64, 64, 128, 1024, SIDES[-1]]
