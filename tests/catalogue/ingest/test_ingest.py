import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import event, func, select, update

from tenfold.catalogue.entries.search_text import search_text
from tenfold.catalogue.entries.tables import NONE, Embedding, Entry, Name
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.catalogue.ingest.known_files import FileState
from tenfold.database import Database, now
from tenfold.errors import DamagedPicture, NotAPicture, PictureTooLarge
from tenfold.images import Limits
from tenfold.predictions import Prediction
from tests.fakes import BLUE, GREEN, RED, LocalOriginals, picture

Get = Callable[[int], Entry]


@pytest.fixture
def store(tmp_path: Path) -> LocalOriginals:
    return LocalOriginals(tmp_path / "pictures")


@pytest.fixture
def intake(database: Database, store: LocalOriginals) -> Ingest:
    return Ingest(database, store, Limits())


@pytest.fixture
def get(database: Database) -> Get:
    def one(entry: int) -> Entry:
        with database.reading() as session:
            return session.get_one(Entry, entry)

    return one


def prediction(label: str = "red", *, known: bool = True, sure: float = 0.9) -> Prediction:
    rest = (1 - sure) / 2
    chances = {name: sure if name == label else rest for name in ("red", "green", "blue")}
    vector = np.asarray([0.6, 0.8, 0.0], np.float32)
    return Prediction(label, sure, chances, known, 0.1 if known else 0.9, None, vector)


def names_of(database: Database, entry: int) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Name.name).where(Name.entry_id == entry).order_by(Name.id)))


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0


def test_a_picture_is_kept_and_waits(intake: Ingest, store: LocalOriginals, get: Get) -> None:
    content = picture(RED, size=(64, 48), kind="JPEG")
    added = intake.add(content, name="Holiday/Red.JPG", source="upload", owner=3, by=3, shared=False)
    assert added.new
    assert store.read(added.entry.hash) == content
    entry = get(added.entry.id)
    assert (entry.name, entry.state, entry.label, entry.media_type) == (
        "Red.JPG",
        "waiting",
        None,
        "image/jpeg",
    )
    assert (entry.width, entry.height, entry.bytes) == (64, 48, len(content))
    assert (entry.owner_id, entry.added_by, entry.shared) == (3, 3, False)
    assert intake.begin(10) == [(entry.id, hashlib.sha256(content).hexdigest(), "Red.JPG", 1)]


def test_a_batch_takes_few_statements_whatever_its_size(intake: Ingest, database: Database) -> None:
    statements: list[str] = []
    pictures = [
        intake.keep(picture((red, 0, 0)), name=f"{red}.png", file=FileState(f"/photos/{red}.png", 1, 1))
        for red in range(40)
    ]
    said = prediction()

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    added = intake.enter(pictures, source="folder", owner=0, by=0, shared=True)
    intake.take_answers([(one.entry.id, said) for one in added], "model", threshold=0.5)
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(statements) < 20
    assert count(database) == 40
    assert all(one.label == "red" for one in intake.entries(one.entry.id for one in added))


def test_one_picture_twice_in_a_batch_is_one_new_entry_with_both_names(
    intake: Ingest, database: Database, get: Get
) -> None:
    twice = [intake.keep(picture(), name=name) for name in ("first.png", "second.png")]
    first, second = intake.enter(twice, source="folder", owner=0, by=0, shared=True)
    assert (first.new, second.new) == (True, False)
    assert first.entry.id == second.entry.id
    assert names_of(database, first.entry.id) == ["first.png", "second.png"]
    assert "second.png" in get(first.entry.id).search_text


def test_the_same_picture_twice_is_one_entry_with_two_names(
    intake: Ingest, database: Database, get: Get
) -> None:
    first = intake.add(picture(), name="a.png", source="upload")
    second = intake.add(picture(), name="b.png", source="folder", path="/photos/summer/b.png")
    again = intake.add(picture(), name="a.png", source="upload")
    assert (first.new, second.new, again.new) == (True, False, False)
    assert first.entry.id == second.entry.id == again.entry.id
    assert names_of(database, first.entry.id) == ["a.png", "b.png"]
    assert get(first.entry.id).search_text == "a.png\nupload\nb.png\nsummer\nfolder"


def test_two_owners_of_the_same_picture_have_an_entry_each(intake: Ingest, database: Database) -> None:
    for owner in (1, 2):
        assert intake.add(picture(), name="a.png", source="upload", owner=owner).new
    assert count(database) == 2


def test_many_who_add_the_same_at_once_make_one_entry_with_all_names(
    intake: Ingest, database: Database, store: LocalOriginals, get: Get
) -> None:
    contents = [picture(colour, size=(8, 8)) for colour in (RED, GREEN, BLUE)]

    def add(number: int) -> bool:
        kept = [intake.keep(one, name=f"{number}.png") for one in contents[:: 1 if number % 2 else -1]]
        return all(a.new for a in intake.enter(kept, source="upload", owner=0, by=0, shared=True))

    with ThreadPoolExecutor(40) as pool:
        news = list(pool.map(add, range(40)))
    assert sum(news) == 1
    assert count(database) == 3
    for entry, _, _, _ in intake.begin(10):
        assert sorted(names_of(database, entry)) == sorted(f"{n}.png" for n in range(40))
        assert all(f"{n}.png" in get(entry).search_text.split("\n") for n in range(40))
    assert len(list(store.hashes())) == 3


def test_a_deleted_entry_that_comes_in_again_stays_deleted_and_is_not_new(
    intake: Ingest, database: Database, get: Get
) -> None:
    entry = intake.add(picture(), name="a.png", source="upload").entry
    with database.writing() as session:
        session.execute(update(Entry).values(deleted_at=now()))
    again = intake.add(picture(), name="a.png", source="upload")
    assert (again.new, again.entry.id) == (False, entry.id)
    assert get(entry.id).deleted_at is not None


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "TIFF"])
def test_a_good_header_without_pixels_is_refused_and_not_kept(
    kind: str, intake: Ingest, store: LocalOriginals
) -> None:
    whole = BytesIO()
    Image.effect_noise((640, 640), 50).convert("RGB").save(whole, kind)
    content = whole.getvalue()
    ends = {"JPEG": content.find(b"\xff\xda") + 14, "GIF": 800, "BMP": 54, "TIFF": 300}
    with pytest.raises(DamagedPicture):
        intake.add(content[: ends[kind]], name="a", source="upload")
    assert list(store.hashes()) == []


def test_what_is_no_picture_is_refused_and_not_kept(
    intake: Ingest, database: Database, store: LocalOriginals
) -> None:
    with pytest.raises(NotAPicture, match=r"^notes\.txt is not a picture .* \(it starts with 'hello'\)"):
        intake.add(b"hello", name="notes.txt", source="upload")
    small = Ingest(database, store, Limits(pixels=1000))
    with pytest.raises(PictureTooLarge, match=r"^big\.png has too many pixels \(64 x 48"):
        small.add(picture(), name="big.png", source="upload")
    assert count(database) == 0
    assert list(store.hashes()) == []


def test_one_transaction_for_many_is_all_or_nothing(intake: Ingest, database: Database) -> None:
    kept = [intake.keep(picture(colour), name="a.png") for colour in (RED, GREEN)]

    def fail(*_: object) -> None:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ingest, "_name", fail)
        with pytest.raises(RuntimeError):
            intake.enter(kept, source="upload", owner=0, by=0, shared=True)
    assert count(database) == 0
    # The files are there; the next try makes the entries.
    assert all(one.new for one in intake.enter(kept, source="upload", owner=0, by=0, shared=True))


def test_an_answer_is_written_whole(intake: Ingest, database: Database, get: Get) -> None:
    entry = intake.add(picture(), name="a.png", source="upload").entry
    intake.take_answers(
        [(entry.id, prediction(sure=0.6))], "m" * 64, threshold=0.5, perceptual_hashes={entry.id: -7}
    )
    found = get(entry.id)
    assert (found.state, found.label, found.model_label, found.known) == ("done", "red", "red", True)
    assert found.probabilities == pytest.approx({"red": 0.6, "green": 0.2, "blue": 0.2})
    assert found.margin == pytest.approx(0.4)
    assert (found.confidence, found.novelty, found.model_hash) == (0.6, 0.1, "m" * 64)
    assert found.review_score == pytest.approx(0.6)
    assert found.review_reason == "uncertain"
    assert (found.search_text, found.perceptual_hash) == ("a.png\nupload\nred", -7)
    with database.reading() as session:
        kept = session.get_one(Embedding, (entry.id, found.model_hash))
    assert np.frombuffer(kept.vector, "<f2") == pytest.approx([0.6, 0.8, 0.0], abs=1e-3)
    assert not intake.waits()


def test_none_of_the_classes_is_an_empty_label(intake: Ingest, get: Get) -> None:
    entry = intake.add(picture(), name="a.png", source="upload").entry
    intake.take_answers([(entry.id, prediction(known=False))], "m" * 64, threshold=0.5)
    assert (get(entry.id).label, get(entry.id).model_label, get(entry.id).known) == (NONE, "red", False)
    assert get(entry.id).review_reason == "novel"


def test_what_a_person_said_stays_when_the_model_answers(
    intake: Ingest, database: Database, get: Get
) -> None:
    entry = intake.add(picture(), name="a.png", source="upload").entry
    with database.writing() as session:
        session.execute(update(Entry).values(label="cat", corrected_label="cat", corrected_at=now()))
    intake.take_answers([(entry.id, prediction())], "m" * 64)
    assert (get(entry.id).label, get(entry.id).model_label) == ("cat", "red")
    assert get(entry.id).search_text == "a.png\nupload\ncat"


def test_another_model_s_other_answer_asks_for_a_look(intake: Ingest, get: Get) -> None:
    entry = intake.add(picture(), name="a.png", source="upload").entry
    intake.take_answers([(entry.id, prediction("red", sure=0.98))], "1" * 64)
    assert get(entry.id).review_reason is None
    intake.take_answers([(entry.id, prediction("blue", sure=0.98))], "2" * 64)
    assert get(entry.id).review_reason == "disagreement"


def test_a_picture_that_gets_no_answer_says_why(intake: Ingest, get: Get) -> None:
    entries = [intake.add(picture(c), name="a.png", source="upload").entry.id for c in (RED, BLUE)]
    problem = DamagedPicture("a.png", "is a damaged PNG picture", received="it ends too early", cure="C.")
    intake.take_answers([(entries[0], problem), (entries[1], prediction())], "m" * 64)
    failed = get(entries[0])
    assert failed.state == "failed"
    assert failed.problem is not None
    assert failed.problem["detail"] == "a.png is a damaged PNG picture (it ends too early). C."
    assert get(entries[1]).state == "done"


def test_the_search_text_holds_the_shown_name_too() -> None:
    named = Name(name="IMG_1.JPG", path="C:\\photos\\Юля\\IMG_1.JPG", source="folder")
    assert search_text([named], "cat", "Our Cat") == "our cat\nimg_1.jpg\nюля\nfolder\ncat"
