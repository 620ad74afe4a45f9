"""Similar pictures: the entries whose vectors are nearest to one entry's. Knows vectors, no model.

An entry is compared by the model that names it, with those that have a vector of the same model: vectors of
different models have nothing to do with each other. While the index of a model is made, in the background,
all vectors of the newest entries are searched instead.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from tenfold.catalogue.entries.filters import Filters, conditions, visibility
from tenfold.catalogue.entries.tables import SYSTEM, Embedding, Entry
from tenfold.catalogue.similar.vectors import Found, ModelVectors, Vectors, nearest_of, unpacked
from tenfold.database import Database
from tenfold.errors import CatalogueError

MOST = 200
# While there is no index: the newest entries that are looked at. In all, for those who see only a few.
_NEWEST = 20_000
# How many neighbours are searched for visible entries before all of these are compared.
_FARTHEST = 5_000
_SECONDS_BETWEEN_CHECKS = 2.0
# The most models whose vectors are kept in memory.
_MODELS = 3


@dataclass(frozen=True)
class SimilarEntries:
    """What is like an entry.

    entries: with their cosine similarity, -1 to 1, the most alike first. model: the model whose vectors were
    compared. compared: how many entries have one. others: how many have none, and could not be compared.
    complete: whether all that were to be compared were.
    """

    entries: list[tuple[Entry, float]]
    model: str
    compared: int
    others: int
    complete: bool


class Similar:
    """Finds what is like an entry.

    Args:
        folder: where indexes are kept, a file for each model.
        embedding_of: the model whose embeddings a model has, both by their hashes.
    """

    def __init__(
        self, database: Database, folder: Path, embedding_of: Callable[[str], str] = lambda model: model
    ) -> None:
        self._database, self._folder, self._embedding_of = database, folder, embedding_of
        self._lock = threading.Lock()
        self._models: dict[str, ModelVectors] = {}
        self._looked: dict[str, float] = {}
        self._counted: dict[tuple[str, int | None], tuple[float, int, int]] = {}
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def like(
        self, entry: Entry, *, person: int = SYSTEM, administrator: bool = False, limit: int = 24
    ) -> SimilarEntries:
        """The entries most like one, of those that `person` sees and that are not deleted.

        Raises:
            CatalogueError: the entry has no vector: it waits to be classified, or cannot be.
        """
        vector, model = self._vector(entry)
        filters = Filters(person=person, administrator=administrator)
        with self._lock:
            vectors = self._of(model)
            self._wake(model, vectors)
        if vectors.ready:
            found, complete = self._through(vectors, vector, filters, model, entry.id, limit)
        else:
            found, complete = self._exhaustive(vector, filters, model, entry.id, limit)
        chosen = select(Entry).where(Entry.id.in_([number for number, _ in found]))
        entries = {one.id: one for one in self._database.scalars(chosen)}
        compared, everything = self._sizes(model, filters)
        near = [(entries[number], similarity) for number, similarity in found if number in entries]
        return SimilarEntries(near, model, compared, everything - compared, complete)

    def settle(self) -> None:
        """Wait until what is done in the background is done."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """Stop what is done in the background."""
        self._stopping.set()
        self.settle()

    def _vector(self, entry: Entry) -> tuple[Vectors, str]:
        row = self._database.get(Embedding, (entry.id, self._embedding_of(entry.model_hash or "")))
        if row is None:
            raise CatalogueError(
                f"Entry {entry.id}",
                "cannot be compared with others yet",
                received=f"it is {entry.state}",
                cure="Wait until it is classified."
                if entry.state == "waiting"
                else "Only a picture that a model could look at can be.",
                reason="not-comparable",
            )
        return np.frombuffer(row.vector, "<f2"), row.model_hash

    def _of(self, model: str) -> ModelVectors:
        """The vectors of a model; the least recently used ones are dropped."""
        found = self._models.pop(model, None)
        self._models[model] = (
            found if found is not None else ModelVectors(self._database, self._folder, model)
        )
        while len(self._models) > _MODELS:
            del self._models[next(iter(self._models))]
        return self._models[model]

    def _wake(self, model: str, vectors: ModelVectors) -> None:
        """Update the vectors in the background, unless that was done just now."""
        busy = self._thread is not None and self._thread.is_alive()
        if busy or time.monotonic() - self._looked.get(model, -1e9) < _SECONDS_BETWEEN_CHECKS:
            return

        def work() -> None:
            try:
                vectors.catch_up(self._stopping)
                self._clear()
            except OSError as reason:
                # Without the file it works too, only slower.
                logging.getLogger("tenfold").warning("The index of likeness cannot be kept: %s", reason)
            self._looked[model] = time.monotonic()

        self._thread = threading.Thread(target=work, name="similar", daemon=True)
        self._thread.start()

    def _clear(self) -> None:
        """Remove the files of models of which there are no vectors."""
        models = set(self._database.scalars(select(Embedding.model_hash).distinct()))
        for file in self._folder.glob("*"):
            if file.suffix in (".usearch", ".json") and file.stem not in models:
                file.unlink(missing_ok=True)

    def _sizes(self, model: str, filters: Filters) -> tuple[int, int]:
        """How many entries have a vector of the model, and how many any vector; some seconds old.

        Of all entries for an administrator, else of those that the person sees.
        """
        key = model, None if filters.administrator else filters.person
        at, compared, everything = self._counted.get(key, (-1e9, 0, 0))
        if time.monotonic() - at > _SECONDS_BETWEEN_CHECKS:
            of_model = select(func.count()).where(Embedding.model_hash == model)
            of_any = select(func.count(Embedding.entry_id.distinct()))
            if not filters.administrator:
                seen = select(Entry.id).where(*visibility(filters))
                of_model, of_any = (one.where(Embedding.entry_id.in_(seen)) for one in (of_model, of_any))
            with self._database.reading() as session:
                compared, everything = session.scalar(of_model) or 0, session.scalar(of_any) or 0
            self._counted[key] = time.monotonic(), compared, everything
        return compared, everything

    def _through(
        self, vectors: ModelVectors, vector: Vectors, filters: Filters, model: str, itself: int, limit: int
    ) -> tuple[Found, bool]:
        """Search the index for more and more neighbours, until enough of them are visible to the person."""
        count = 4 * limit + 1
        while True:
            near = vectors.nearest(vector, count)
            seen = self._seen([number for number, _ in near if number != itself], filters, model)
            found = [one for one in near if one[0] in seen]
            if len(found) >= limit or len(near) < count:
                return found[:limit], True
            if count >= _FARTHEST:
                return self._exhaustive(vector, filters, model, itself, limit)
            count = min(4 * count, _FARTHEST)

    def _seen(self, numbers: list[int], filters: Filters, model: str) -> set[int]:
        """Those of some entries that the person sees and that have a vector of the model."""
        query = select(Entry.id).join(Embedding, Embedding.entry_id == Entry.id)
        query = query.where(Entry.id.in_(numbers), Embedding.model_hash == model)
        return set(self._database.scalars(query.where(*conditions(filters, self._database))))

    def _exhaustive(
        self, vector: Vectors, filters: Filters, model: str, itself: int, limit: int
    ) -> tuple[Found, bool]:
        """Compare all vectors of the newest entries that the person sees."""
        query = select(Embedding.entry_id, Embedding.vector).join(Entry, Entry.id == Embedding.entry_id)
        query = query.where(Embedding.model_hash == model, *conditions(filters, self._database))
        query = query.where(Entry.id != itself).order_by(Entry.id.desc()).limit(_NEWEST)
        rows = self._database.rows(query)
        return nearest_of(*unpacked(rows), vector, limit), len(rows) < _NEWEST
