"""One model's vectors of entries, searched for the nearest: an index in a file, and the newest beside it.

The index is a graph (HNSW: Malkov & Yashunin 2018, by usearch) of float16 vectors, kept in a file and looked
at there without being loaded: memory holds only what is newer than the file, MOST_BESIDE vectors at most, and
the pages of the file that the system caches. Knows nothing of who may see what.
"""

import json
import threading
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.tables import Embedding
from tenfold.database import Database
from tenfold.files import replacing, write_whole

# Imported where it is used: a process that loads usearch before ONNX Runtime crashes (usearch 2.26 with
# numkong, onnxruntime 1.31), and by then the model is loaded.
if TYPE_CHECKING:
    from usearch.index import Index

# Newer vectors are written into the file at this number, or at a tenth of what it has.
FEWEST_BESIDE, MOST_BESIDE = 2_000, 50_000
_PER_READ = 5_000
# Neighbours looked at for each question: what recall of 0.99 takes in a hundred thousand.
_EXPANSION = 200
# An index of no more entries is searched one by one, in a few milliseconds: the graph may miss some.
_EXACTLY = 10_000

Vectors = NDArray[np.float16]
Found = list[tuple[int, float]]


class ModelVectors:
    """One model's vectors. folder: of the index's file, which is rebuilt where it is damaged or outdated."""

    def __init__(self, database: Database, folder: Path, model: str) -> None:
        self._database, self._model = database, model
        self._file = folder / f"{model}.usearch"
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._vectors: Vectors | None = None
        self._seen: tuple[int, int] | None = None
        self.ready = False

    def __len__(self) -> int:
        with self._lock:
            return (len(self._index) if self._index is not None else 0) + len(self._ids)

    def nearest(self, vector: Vectors, count: int) -> Found:
        """The ids of the nearest vectors and their cosine similarity, the nearest first."""
        with self._lock:
            index, ids, beside = self._index, self._ids, self._vectors
        found: dict[int, float] = {}
        if index is not None and len(index):
            matches = index.search(vector, min(count, len(index)), threads=1, exact=len(index) <= _EXACTLY)
            found = {
                int(key): 1 - float(far) for key, far in zip(matches.keys, matches.distances, strict=True)
            }
        if beside is not None:
            found |= dict(nearest_of(ids, beside, vector, count))
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:count]

    def catch_up(self, stopping: threading.Event) -> None:
        """Add the vectors that the index does not have yet; takes long where these are many.

        Only one thread may do so at a time. `stopping` ends it early; the next time does it all.
        """
        if not self.ready:
            self._open()
        with self._database.reading() as session:
            seen = _count_and_last(session, self._model)
            if seen == self._seen:
                return
            ids = _all_ids(session, self._model)
        known = self._known()
        new = np.setdiff1d(ids, known, assume_unique=True)
        gone = len(known) + len(new) - len(ids)
        if gone > max(FEWEST_BESIDE, len(ids) // 4):
            with self._lock:
                self._index, self._ids, self._vectors = None, np.empty(0, np.int64), None
            new = ids
        if self._take(new, stopping):
            self._seen, self.ready = seen, True

    def _known(self) -> NDArray[np.int64]:
        with self._lock:
            kept = [self._ids]
            if self._index is not None and len(self._index):
                kept.append(np.asarray(self._index.keys, dtype=np.int64))
            return np.unique(np.concatenate(kept))

    def _take(self, new: NDArray[np.int64], stopping: threading.Event) -> bool:
        """Bring in entries, beside the file or into it; False where it was stopped."""
        with self._lock:
            kept = len(self._index) if self._index is not None else 0
            beside = len(self._ids)
        if len(new) + beside > min(MOST_BESIDE, max(FEWEST_BESIDE, kept // 10)):
            return self._write(new, stopping)
        for start in range(0, len(new), _PER_READ):
            self._add_beside(*self._read(new[start : start + _PER_READ]))
        return True

    def _add_beside(self, ids: NDArray[np.int64], vectors: Vectors) -> None:
        with self._lock:
            self._ids = np.concatenate([self._ids, ids])
            self._vectors = vectors if self._vectors is None else np.concatenate([self._vectors, vectors])

    def _write(self, new: NDArray[np.int64], stopping: threading.Event) -> bool:
        """A new file with what is in the old one, what is beside it, and `new`; then nothing is beside it."""
        from usearch.index import Index

        index = Index.restore(self._file) if self._index is not None else None
        for start in range(0, len(new), _PER_READ):
            if stopping.is_set():
                return False
            ids, vectors = self._read(new[start : start + _PER_READ])
            if index is None and len(ids):
                index = Index(ndim=vectors.shape[1], metric="cos", dtype="f16", expansion_search=_EXPANSION)
            if index is not None and len(ids):
                index.add(ids, vectors, copy=True)
        if index is None:
            return True
        if self._vectors is not None:
            index.add(self._ids, self._vectors, copy=True)
        self._keep(index)
        with self._lock:
            self._index = _viewed(self._file)
            self._ids, self._vectors = np.empty(0, np.int64), None
        return True

    def _keep(self, index: "Index") -> None:
        """Write the index's file whole, and after it what shows that it is whole."""
        with replacing(self._file) as part:
            index.save(part)
            note = json.dumps(_state_of(part))
        write_whole(_note_of(self._file), note.encode())

    def _open(self) -> None:
        """The file, where it is whole; a damaged one would end the process, so it is not touched."""
        note = _note_of(self._file)
        try:
            whole = json.loads(note.read_text()) == _state_of(self._file)
        except (OSError, ValueError):
            whole = False
        with self._lock:
            self._index = _viewed(self._file) if whole else None

    def _read(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], Vectors]:
        query = select(Embedding.entry_id, Embedding.vector).where(
            Embedding.entry_id.in_(ids.tolist()), Embedding.model_hash == self._model
        )
        return unpacked(self._database.rows(query))


def nearest_of(ids: NDArray[np.int64], vectors: Vectors, vector: Vectors, count: int) -> Found:
    """The same as an index's, by looking at all of `vectors`."""
    if not len(ids):
        return []
    near = vectors.astype(np.float32) @ vector.astype(np.float32)
    best = np.argsort(-near, kind="stable")[:count]
    return [(int(ids[i]), float(near[i])) for i in best]


def unpacked(rows: Any) -> tuple[NDArray[np.int64], Vectors]:
    """Ids and vectors `[N, D]` of rows of the table."""
    ids = np.array([row[0] for row in rows], np.int64)
    content = b"".join(row[1] for row in rows)
    return ids, np.frombuffer(content, "<f2").reshape(len(ids), -1) if len(ids) else np.empty(
        (0, 0), np.float16
    )


def _all_ids(session: Session, model: str) -> NDArray[np.int64]:
    query = select(Embedding.entry_id).where(Embedding.model_hash == model)
    rows = session.scalars(query.order_by(Embedding.entry_id))
    return np.fromiter(rows, np.int64)


def _count_and_last(session: Session, model: str) -> tuple[int, int]:
    """How many entries have a vector of the model, and the greatest id of theirs."""
    query = select(func.count(), func.max(Embedding.entry_id)).where(Embedding.model_hash == model)
    count, last = session.execute(query).one()
    return count, last or 0


def _viewed(file: Path) -> "Index":
    from usearch.index import Index

    metadata = Index.metadata(file)
    assert metadata is not None
    return Index(
        ndim=metadata["dimensions"],
        metric="cos",
        dtype="f16",
        expansion_search=_EXPANSION,
        path=file,
        view=True,
    )


def _note_of(file: Path) -> Path:
    return file.with_suffix(".json")


def _state_of(file: Path) -> dict[str, int]:
    sum_, size = 0, 0
    with file.open("rb") as content:
        while part := content.read(1 << 20):
            sum_, size = zlib.crc32(part, sum_), size + len(part)
    return {"bytes": size, "crc32": sum_}
