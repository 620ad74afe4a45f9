"""Kills an ingest again and again, and looks whether every picture is there exactly once.

Each round puts new pictures into a folder, starts `tenfold catalogue add FOLDER`, and kills it (SIGKILL) at a
random moment: most while pictures are being added, some while it starts. At the end the command runs once
undisturbed. What is then missing, doubled, unanswered or altered is a fault.

    python -m benchmarks.catalogue.ingest_kills
    python -m benchmarks.catalogue.ingest_kills --postgresql
"""

import argparse
import hashlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from sqlalchemy import select

from benchmarks import record
from tenfold.catalogue.entries.originals import Originals, hash_of
from tenfold.catalogue.entries.tables import DONE, Embedding, Entry, KnownFile, Name
from tenfold.database import Database
from tenfold.jobs.tables import UNFINISHED, JobRow
from tenfold.storage import LocalStore

# One round in so many is killed while it starts.
_AT_START = 10
_SECONDS_BETWEEN_CHECKS = 0.002
_MOST_SECONDS = 1800.0


@dataclass
class Kills:
    """How rounds ended: killed while adding, killed while starting, or done before they could be killed."""

    adding: int = 0
    starting: int = 0
    late: int = 0


class Ingest:
    """A folder of pictures that is added by the real command, into a home of its own.

    Args:
        model: the model file to use instead of the bundled one.
    """

    def __init__(self, place: Path, database_url: str = "", *, seed: int = 0, model: str = "") -> None:
        self.folder, self.home = place / "photos", place / "home"
        self.url = database_url or f"sqlite:///{self.home / 'tenfold.db'}"
        self.folder.mkdir(parents=True)
        self._model = model
        self._random = random.Random(seed)
        self._made = 0

    def make(self, count: int) -> None:
        """New pictures, each with a content of its own; every tenth lies there under two names."""
        for _ in range(count):
            self._made += 1
            name = f"{self._made:06}.jpg"
            content = _picture(self._made)
            (self.folder / name).write_bytes(content)
            if self._made % 10 == 0:
                (self.folder / f"again {name}").write_bytes(content)

    def start(self) -> "subprocess.Popen[bytes]":
        """The real command, in a process group of its own."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
        environ |= {"TENFOLD_HOME": str(self.home), "TENFOLD_DATABASE_URL": self.url}
        environ |= {"PYTHONFAULTHANDLER": "1"}  # a crash of its own is told in its last words
        environ |= {"TENFOLD_MODEL": self._model} if self._model else {}
        command = [sys.executable, "-m", "tenfold", "catalogue", "add", str(self.folder)]
        return subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )

    def finish(self) -> float:
        """Once undisturbed; how many seconds it took. Raises where it fails."""
        begun = time.monotonic()
        with self.start() as running:
            _, errors = running.communicate(timeout=_MOST_SECONDS)
        words = errors.decode(errors="replace")
        assert running.returncode == 0, f"it ended with {running.returncode}: {words}"
        return time.monotonic() - begun

    def time_of_adding(self) -> tuple[float, float]:
        """Of a run that is not disturbed: seconds until it begins to add, and seconds that it adds."""
        begun = time.monotonic()
        with self.start() as running:
            started = self._adding(running, self._written())
            running.communicate(timeout=_MOST_SECONDS)
        assert running.returncode == 0
        return started - begun, time.monotonic() - started

    def kill(self, kills: Kills, starting: float, adding: float) -> None:
        """One run, killed at a random moment; `starting` and `adding` are what `time_of_adding` measured."""
        before = self._written()
        at_start = self._random.randrange(_AT_START) == 0
        with self.start() as running:
            if at_start:
                time.sleep(self._random.uniform(0, starting))
            else:
                self._adding(running, before)
                time.sleep(self._random.uniform(0, adding))
            late = running.poll() is not None
            running.kill()
            running.communicate()
        if late:
            kills.late += 1
        elif self._written() == before:
            kills.starting += 1
        else:
            kills.adding += 1

    def _adding(self, running: "subprocess.Popen[bytes]", before: int) -> float:
        """Waits until the command writes the first picture, or ends; the moment."""
        until = time.monotonic() + _MOST_SECONDS
        while self._written() == before and running.poll() is None and time.monotonic() < until:
            time.sleep(_SECONDS_BETWEEN_CHECKS)
        return time.monotonic()

    def _written(self) -> int:
        """Changes when pictures are put into the store, whose folders then get new ones."""
        folders = [self.home / "pictures", *(self.home / "pictures").glob("??")]
        return max((folder.stat().st_mtime_ns for folder in folders if folder.exists()), default=0)

    def faults(self) -> list[str]:
        """What is not as it should be when all is done, in words."""
        contents = {path: path.read_bytes() for path in sorted(self.folder.iterdir())}
        hashes = {str(path): hash_of(content) for path, content in contents.items()}
        database = Database(self.url)
        try:
            return [*_entries(database, hashes), *_seen(database, hashes), *_originals(self.home, hashes)]
        finally:
            database.close()


def _entries(database: Database, hashes: dict[str, str]) -> list[str]:
    """Every picture is one entry with its answer, and has each of its names once."""
    with database.reading() as session:
        entries = session.scalars(select(Entry)).all()
        answered = set(session.scalars(select(Embedding.entry_id)))
        names = Counter((row.entry_id, row.path) for row in session.execute(select(Name.entry_id, Name.path)))
        unfinished = session.scalars(select(JobRow.id).where(JobRow.state.in_(UNFINISHED))).all()
    faults = [f"job {job} is not finished" for job in unfinished]
    counted = Counter(entry.hash for entry in entries)
    faults += [f"{path}: {counted[found]} entries" for path, found in hashes.items() if counted[found] != 1]
    faults += [f"{entry.name}: no such file" for entry in entries if entry.hash not in hashes.values()]
    faults += [f"{entry.name}: {entry.state}" for entry in entries if entry.state != DONE]
    faults += [f"{entry.name}: no embedding" for entry in entries if entry.id not in answered]
    numbers = {entry.hash: entry.id for entry in entries}
    wanted = Counter((numbers.get(found, 0), path) for path, found in hashes.items())
    return faults + [
        f"names {pair} {count} times" for pair, count in ((names - wanted) + (wanted - names)).items()
    ]


def _seen(database: Database, hashes: dict[str, str]) -> list[str]:
    """Every file is remembered with its entry."""
    with database.reading() as session:
        seen = session.scalars(select(KnownFile)).all()
        numbers = {row.hash: row.id for row in session.execute(select(Entry.hash, Entry.id))}
    remembered = {row.path: row.entry_id for row in seen if row.problem is None}
    wanted = {path: numbers.get(found) for path, found in hashes.items()}
    faults = [f"{path}: not remembered" for path in wanted if remembered.get(path) != wanted[path]]
    return faults + [f"{row.path}: remembered, and not there" for row in seen if row.path not in wanted]


def _originals(home: Path, hashes: dict[str, str]) -> list[str]:
    """The store holds every content, unaltered, and nothing else that it takes for one."""
    store = Originals(LocalStore(home / "pictures"))
    kept, wanted = list(store.hashes()), set(hashes.values())
    faults = [f"{one}: not in the store" for one in wanted - set(kept)]
    faults += [f"{one}: in the store, and no picture" for one in set(kept) - wanted]
    return faults + [f"{one}: altered" for one in kept if store.altered(one)]


def _postgresql(place: Path) -> AbstractContextManager[str]:
    from tests.environment import postgres

    if postgres.programs() is None:
        raise SystemExit("needs PostgreSQL: apt-get install postgresql")
    folder = place / "postgresql"
    folder.mkdir()
    return postgres.server(folder)


def _picture(number: int) -> bytes:
    """A small photograph of nothing, with a content of its own."""
    digest = hashlib.sha256(str(number).encode()).digest()
    colours = np.frombuffer(digest[:27], np.uint8).reshape(3, 3, 3)
    out = BytesIO()
    Image.fromarray(colours).resize((96, 72), Image.Resampling.BICUBIC).save(out, "JPEG", quality=85)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pictures", type=int, default=40, help="new ones for each round")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server of its own")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(prefix="tenfold-")))
        url = f"{stack.enter_context(_postgresql(place))}/postgres" if options.postgresql else ""
        ingest, kills = Ingest(place, url, seed=options.seed), Kills()
        ingest.make(options.pictures)
        ingest.finish()
        ingest.make(options.pictures)
        starting, adding = ingest.time_of_adding()
        print(f"starts in {starting:.2f} s, adds {options.pictures} pictures in {adding:.2f} s", flush=True)
        rounds = 0
        while kills.adding + kills.starting < options.kills:
            ingest.make(options.pictures)
            ingest.kill(kills, starting, adding)
            rounds += 1
            if rounds % 20 == 0:
                print(kills, flush=True)
        ingest.finish()
        faults = ingest.faults()
        pictures = sum(1 for _ in ingest.folder.iterdir())
    for fault in faults[:20]:
        print("fault:", fault)
    backend = "PostgreSQL" if options.postgresql else "SQLite"
    killed = kills.adding + kills.starting
    rows = [
        {
            "what": f"Pictures lost, doubled or without an answer after {killed} kills of "
            f"`tenfold catalogue add`, {backend}",
            "value": f"{len(faults)} of {pictures:,}",
            "n": f"{killed} times SIGKILL at random moments",
            "peer": f"{kills.adding} while pictures were being added, {kills.starting} while it started",
        }
    ]
    record.write(__file__, rows, part="postgresql" if options.postgresql else "")
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
