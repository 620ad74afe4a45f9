"""Whoever kills `tenfold catalogue add` loses nothing: some kills here, 200 in the benchmark itself."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from benchmarks.catalogue.ingest_kills import Ingest, Kills
from tenfold import settings
from tenfold.catalogue.entries.tables import WAITING, Entry, KnownFile
from tenfold.database import Database
from tenfold.workflows.ingest_job import AddParams
from tests.fakes import FakeApp, FakeWork, LocalOriginals
from tests.paths import DATA

# A network so small that the time goes into all the rest.
MODEL = DATA / "tiny.onnx"
PICTURES, KILLS = 60, 2


@pytest.fixture
def ingest(tables_url: str, tmp_path: Path) -> Ingest:
    return Ingest(tmp_path / "ingest", tables_url, model=str(MODEL))


def test_what_a_kill_could_do_is_seen(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path / "ingest")
    ingest.make(10)
    with FakeApp(settings.load().model_copy(update={"home": ingest.home})) as app:
        app.jobs.worker(serving=False)
        app.add_pictures(FakeWork(AddParams(paths=[str(ingest.folder)], owner=0, shared=True)))
    assert ingest.faults() == []
    spoil(ingest)


@pytest.mark.long
@pytest.mark.slow
def test_kills_at_random_moments_lose_and_double_nothing(ingest: Ingest) -> None:
    kills = Kills()
    for _ in range(KILLS):
        ingest.make(PICTURES)
        ingest.kill(kills, starting=1.0, adding=0.5)
    assert kills.adding + kills.starting + kills.late == KILLS
    assert kills.adding > 0
    ingest.finish()
    assert ingest.faults() == []
    spoil(ingest)


def spoil(ingest: Ingest) -> None:
    """What the look for faults would see, were it there."""
    database = Database(ingest.url)
    store = LocalOriginals(ingest.home / "pictures")
    with database.writing() as session:
        one, other = session.scalars(select(Entry.id).order_by(Entry.id).limit(2))
        session.execute(update(Entry).where(Entry.id == one).values(state=WAITING))
        session.execute(update(KnownFile).where(KnownFile.entry_id == one).values(entry_id=other))
    database.close()
    store.put(b"no picture")
    first = next(store.hashes())
    store.path(first).chmod(0o644)
    store.path(first).write_bytes(b"altered")
    found = "\n".join(ingest.faults())
    for fault in ("waiting", "not remembered", "in the store, and no picture", f"{first}: altered"):
        assert fault in found
