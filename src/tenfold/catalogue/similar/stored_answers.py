"""Stored answers and vectors of models for entries. Runs no model."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select

from tenfold.catalogue.entries.tables import DONE, Embedding, Entry
from tenfold.database import Database

_AT_ONCE = 500


class StoredAnswer(NamedTuple):
    """The answer of the model `model` to an entry's picture, and its embedding, float16 `[D]`."""

    entry: int
    hash: str
    model: str
    probabilities: dict[str, float]
    novelty: float
    embedding: NDArray[np.float16]


class StoredAnswers:
    """The answers that are kept.

    An entry has one where the model that names it is one of `models`, and its embedding is kept as of the
    model `embedding`; both are the hashes of model files.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_entries(
        self, numbers: Sequence[int], embedding: str, models: Sequence[str]
    ) -> dict[int, StoredAnswer]:
        """By the entries' numbers; those without one are left out."""
        return {one.entry: one for one in self._read(Entry.id, numbers, embedding, models)}

    def of_contents(
        self, hashes: Sequence[str], embedding: str, models: Sequence[str]
    ) -> dict[str, StoredAnswer]:
        """By the contents' hashes; those without one are left out."""
        return {one.hash: one for one in self._read(Entry.hash, hashes, embedding, models)}

    def _read(
        self, column: ColumnElement[Any] | Any, keys: Sequence[Any], embedding: str, models: Sequence[str]
    ) -> Iterable[StoredAnswer]:
        wanted = (
            select(
                Entry.id, Entry.hash, Entry.model_hash, Entry.probabilities, Entry.novelty, Embedding.vector
            )
            .join(Embedding, Embedding.entry_id == Entry.id)
            .where(Embedding.model_hash == embedding, Entry.model_hash.in_(models), Entry.state == DONE)
        )
        for start in range(0, len(keys), _AT_ONCE):
            rows = self._database.rows(wanted.where(column.in_(keys[start : start + _AT_ONCE])))
            for row in rows:
                number, content, model, probabilities, novelty, vector = row
                if model is not None and probabilities is not None and novelty is not None:
                    place = np.frombuffer(vector, "<f2").astype(np.float16)
                    yield StoredAnswer(number, content, model, probabilities, novelty, place)
