"""What is deleted for good is gone, with its file; nothing brings it back but a person who adds it again."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.erasing import Eraser
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.entries.originals import hash_of
from tenfold.catalogue.entries.pictures import PictureFiles
from tenfold.catalogue.entries.tables import Change, Embedding, Entry, Name
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.catalogue.ingest.known_files import FileState, known
from tenfold.catalogue.search.search import Search
from tenfold.database import Base, Database, now
from tenfold.errors import CatalogueError, NotInCatalogue
from tenfold.images import Limits
from tenfold.storage import MemoryStore
from tests.catalogue.ingest.test_ingest import prediction
from tests.fakes import BLUE, GREEN, RED, LocalOriginals, picture

ALL = Filters(administrator=True)


class Catalogue:
    """A catalogue with a bin."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.originals, self.thumbnails = database, LocalOriginals(folder), MemoryStore()
        self.ingest = Ingest(database, self.originals, Limits())
        self.actions = Actions(database)
        self.eraser = Eraser(database, self.originals, self.thumbnails)
        self.files = PictureFiles(database, self.originals, self.thumbnails, Limits())

    def add(self, content: bytes, *, owner: int = 0, name: str = "a.png") -> int:
        return self.ingest.add(content, name=name, source="upload", owner=owner, by=owner).entry.id

    def delete(self, *numbers: int) -> None:
        self.actions.do("delete", numbers, administrator=True)

    def rows(self, table: type[Base]) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def catalogue(database: Database, tmp_path: Path) -> Catalogue:
    return Catalogue(database, tmp_path / "pictures")


def test_nothing_is_left_of_it(catalogue: Catalogue) -> None:
    red, green = picture(RED), picture(GREEN)
    number, kept = catalogue.add(red), catalogue.add(green)
    catalogue.ingest.take_answers([(number, prediction()), (kept, prediction("green"))], "m" * 64)
    with catalogue.database.reading() as session:
        catalogue.files.small(session.get_one(Entry, number), 64)
    catalogue.delete(number)
    assert catalogue.eraser.erase(administrator=True) == 1
    assert not catalogue.originals.has(hash_of(red))
    assert list(catalogue.thumbnails.all_keys()) == []
    assert catalogue.originals.has(hash_of(green))
    assert [catalogue.rows(one) for one in (Entry, Name, Embedding, Change)] == [1, 1, 1, 0]
    page = Search(catalogue.database).page(ALL)
    assert [one.id for one in page.entries] == [kept]
    assert Search(catalogue.database).counts(ALL).deleted == 0


def test_only_what_is_in_the_bin_is_deleted_and_only_what_is_named(catalogue: Catalogue) -> None:
    here, named, other = (catalogue.add(picture(colour)) for colour in (RED, GREEN, BLUE))
    catalogue.delete(named, other)
    assert catalogue.eraser.erase([here, named], administrator=True) == 1
    with catalogue.database.reading() as session:
        assert list(session.scalars(select(Entry.id).order_by(Entry.id))) == [here, other]


def test_what_was_put_in_lately_stays(catalogue: Catalogue) -> None:
    moment = now()
    catalogue.delete(catalogue.add(picture(RED)))
    assert catalogue.eraser.erase(before=moment, administrator=True) == 0
    assert catalogue.eraser.erase(before=now(), administrator=True) == 1


def test_somebody_elses_stays_and_so_does_a_content_that_another_has_too(catalogue: Catalogue) -> None:
    red = picture(RED)
    mine, theirs = catalogue.add(red, owner=1), catalogue.add(red, owner=2)
    catalogue.delete(mine, theirs)
    assert catalogue.eraser.erase(by=1) == 1
    assert catalogue.originals.has(hash_of(red))
    assert catalogue.eraser.erase([theirs], by=1) == 0
    assert catalogue.eraser.erase([theirs], by=2) == 1
    assert not catalogue.originals.has(hash_of(red))


def test_more_than_a_part_at_once(catalogue: Catalogue) -> None:
    numbers = [catalogue.add(picture((n, 0, 0))) for n in range(120)]
    catalogue.delete(*numbers)
    assert catalogue.eraser.erase(numbers[:110], administrator=True) == 110
    assert catalogue.eraser.erase(administrator=True) == 10
    assert catalogue.rows(Entry) == 0


def test_a_watched_folder_does_not_bring_it_back_and_keeps_no_file(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    red, file = picture(RED), tmp_path / "a.png"
    file.write_bytes(red)
    number = catalogue.add(red)
    catalogue.delete(number)
    catalogue.eraser.erase(administrator=True)
    state = FileState.of(file)
    kept = catalogue.ingest.keep(red, name="a.png", path=str(file), file=state)
    assert catalogue.ingest.enter([kept], source="watch", owner=0, by=0, shared=True) == []
    assert not catalogue.originals.has(hash_of(red))
    assert known(catalogue.database, 0, [state])[str(file)].past == "deleted"


def test_a_person_may_add_it_again_under_a_number_of_its_own(catalogue: Catalogue) -> None:
    red = picture(RED)
    first = catalogue.add(red)
    catalogue.delete(first)
    catalogue.eraser.erase(administrator=True)
    again = catalogue.add(red)
    assert again > first, "a number is not used again"
    assert catalogue.originals.has(hash_of(red))
    kept = catalogue.ingest.keep(red, name="b.png", path="/pictures/b.png")
    (one,) = catalogue.ingest.enter([kept], source="watch", owner=0, by=0, shared=True)
    assert one.entry.id == again


def test_its_actions_can_be_undone_no_more(catalogue: Catalogue) -> None:
    number = catalogue.add(picture(RED))
    action = catalogue.actions.do("delete", [number], administrator=True).action
    catalogue.eraser.erase(administrator=True)
    assert catalogue.actions.undo(action.id, administrator=True).action.count == 0
    with pytest.raises(NotInCatalogue):
        catalogue.actions.do("restore", [number], administrator=True)


def test_an_answer_that_comes_late_brings_nothing_back(catalogue: Catalogue) -> None:
    number = catalogue.add(picture(RED))
    catalogue.delete(number)
    catalogue.eraser.erase(administrator=True)
    catalogue.ingest.take_answers([(number, prediction())], "m" * 64)
    assert [catalogue.rows(one) for one in (Entry, Embedding)] == [0, 0]


def test_a_content_that_is_deleted_while_it_is_added_is_refused(catalogue: Catalogue) -> None:
    red = picture(RED)
    kept = catalogue.ingest.keep(red, name="a.png")
    catalogue.originals.delete(kept.hash)  # by another process, between the two steps
    with pytest.raises(CatalogueError, match="was deleted for good while it was added"):
        catalogue.ingest.enter([kept], source="upload", owner=0, by=0, shared=True, again=True)
    assert catalogue.rows(Entry) == 0
