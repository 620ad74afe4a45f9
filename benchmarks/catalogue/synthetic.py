"""A catalogue of made-up entries, as many as wanted, distributed as a real one's would be. Measures nothing.

Three models named the pictures one after the other, a folder was imported in one go, five people keep their
own pictures beside the system's, a few entries are deleted, corrected, waiting or failed. The same seed makes
the same rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import insert, text

from tenfold.catalogue.entries.filters import searched
from tenfold.catalogue.entries.tables import SOURCES, Entry, Name
from tenfold.database import Database

LABELS = ("cat", "dog", "bird", "automobile", "ship", "truck", "airplane", "horse", "frog", "deer")
_SHARES = np.array([0.2, 0.18, 0.13, 0.12, 0.09, 0.08, 0.07, 0.06, 0.04, 0.03])
MODELS = tuple(sha256(f"model {n}".encode()).hexdigest() for n in range(3))
PEOPLE = 5
START = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 1000
_WORDS = (
    "beach",
    "garden",
    "kitchen",
    "holiday",
    "market",
    "Київ",
    "море",
    "ліс",
    "дача",
    "Львів",
    "парк",
    "кіт",
)
_CHUNK = 10_000


def build(database: Database, count: int, seed: int = 0) -> None:
    """Fill an empty catalogue with `count` entries."""
    rng = np.random.default_rng(seed)
    with _indexes_later(database):
        for first in range(0, count, _CHUNK):
            rows = list(_entries(rng, first, min(_CHUNK, count - first), count))
            with database.writing() as session:
                session.execute(insert(Entry), rows)
                session.execute(insert(Name), list(_names(rows)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        if not database.sqlite:  # rows that an import has just written have no ids yet to count on from
            for table in ("entries", "names"):
                last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                connection.execute(text(last))


@contextmanager
def _indexes_later(database: Database) -> Iterator[None]:
    """SQLite's indexes are made at once at the end, which takes a third of the time."""
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'entries' AND sql > ''"
    indexes: dict[str, str] = {}
    if database.sqlite:
        with database.writing() as session:
            indexes = {str(row[0]): str(row[1]) for row in session.execute(text(found))}
            for name in indexes:
                session.execute(text(f"DROP INDEX {name}"))
    yield
    for sql in indexes.values():
        with database.writing() as session:
            session.execute(text(sql))


def _entries(rng: np.random.Generator, first: int, rows: int, count: int) -> Iterator[dict[str, Any]]:
    confidence = np.clip(rng.beta(6, 1.2, rows), 0.1, 1.0)
    novelty = rng.gamma(2.0, 0.2, rows)
    labels = rng.choice(len(LABELS), rows, p=_SHARES)
    others = rng.dirichlet(np.ones(len(LABELS) - 1), rows).round(6)
    luck = rng.random((rows, 8))
    numbers = rng.integers(1, 10_000, rows)
    words = rng.integers(0, len(_WORDS), (rows, 2))
    for i in range(rows):
        place = (first + i) / count
        added = START + timedelta(days=DAYS * place)
        name = _name(int(numbers[i]), words[i], float(luck[i, 0]), first + i)
        answer = LABELS[labels[i]], float(confidence[i]), float(novelty[i]), others[i]
        yield _entry(first + i + 1, place, added, name, *answer, luck[i])


def _entry(
    number: int,
    place: float,
    added: datetime,
    name: str,
    best: str,
    confidence: float,
    novelty: float,
    others: Any,
    luck: Any,
) -> dict[str, Any]:
    state = "waiting" if place > 0.998 else "failed" if luck[1] < 0.0005 else "done"
    done = state == "done"
    known = novelty < 1.0
    corrected = done and luck[2] < 0.03
    owner = 0 if luck[3] < 0.6 else 1 + int(luck[3] * 1000) % PEOPLE
    label = best if known else ""
    said = LABELS[int(luck[4] * 10)] if corrected else None
    rest = iter((others * (1 - confidence)).tolist())
    chances = {one: confidence if one == best else next(rest) for one in LABELS}
    return {
        "id": number,
        "owner_id": owner,
        "hash": sha256(str(number).encode()).hexdigest(),
        "bytes": 200_000 + int(luck[5] * 4_000_000),
        "media_type": "image/jpeg",
        "width": 4032,
        "height": 3024,
        "taken_at": added - timedelta(days=3000 * float(luck[5]) ** 3) if luck[6] < 0.7 else None,
        "camera": "Canon EOS 5D" if luck[6] < 0.3 else None,
        "added_at": added,
        "added_by": owner,
        "shared": owner == 0 or bool(luck[7] < 0.2),
        "deleted_at": added + timedelta(days=1) if luck[7] > 0.99 else None,
        "name": name,
        "search_text": searched(name),
        "state": state,
        "label": said if corrected else label if done else None,
        "model_label": best if done else None,
        "confidence": confidence if done else None,
        "margin": confidence / 2 if done else None,
        "novelty": novelty if done else None,
        "known": known if done else None,
        "probabilities": chances if done else None,
        "model_hash": MODELS[0 if place < 0.25 else 1 if place < 0.6 else 2] if done else None,
        "classified_at": added if done else None,
        "corrected_label": said,
        "corrected_at": added + timedelta(days=2) if corrected else None,
        "corrected_by": owner if corrected else None,
        "review_score": 1 - confidence if done and confidence < 0.6 else None,
        "review_reason": "uncertain" if done and confidence < 0.6 else None,
        "sources": SOURCES[_source(place, float(luck[0]))],
    }


def _source(place: float, luck: float) -> str:
    """A large import first, a watched folder from then on, uploads always, a camera for a month."""
    if 0.7 < place < 0.73:
        return "camera"
    if luck < 0.1:
        return "upload" if luck < 0.07 else "api"
    return "folder" if place < 0.4 else "watch"


def _name(number: int, words: Any, luck: float, place: int) -> str:
    if luck < 0.4:
        return f"IMG_{number:04}.jpg"
    if luck < 0.6:
        return f"DSC{number:05}.JPG"
    if luck < 0.602:
        return f"scan_{place}.png"
    return f"{_WORDS[words[0]]} {_WORDS[words[1]]} {number}.jpeg"


def _names(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    by_bit = {bit: source for source, bit in SOURCES.items()}
    for row in rows:
        yield {
            "entry_id": row["id"],
            "key": row["hash"],
            "name": row["name"],
            "source": by_bit[row["sources"]],
            "path": "",
            "added_at": row["added_at"],
            "added_by": row["owner_id"],
        }
