"""Writes a model's answers into entries. Runs no model; a person's correction stays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.search_text import names_of, search_text
from tenfold.catalogue.entries.tables import DONE, FAILED, NONE, Embedding, Entry
from tenfold.catalogue.search import review
from tenfold.database import Database, now
from tenfold.errors import PictureError
from tenfold.predictions import Prediction


def write_answers(
    database: Database,
    session: Session,
    answers: Mapping[int, Prediction | PictureError],
    model_hash: str,
    threshold: float | None,
    perceptual_hashes: Mapping[int, int],
    embedding: str,
) -> None:
    """Write answers to entries, as `Ingest.take_answers`, in a transaction of the caller."""
    query = select(Entry).where(Entry.id.in_(answers)).order_by(Entry.id).with_for_update()
    entries = session.scalars(query).all()
    names = names_of(session, [entry.id for entry in entries])
    rows, vectors = [], dict[int, bytes]()
    for entry in entries:
        answer = answers[entry.id]
        if isinstance(answer, PictureError):
            rows.append({"id": entry.id} | _unanswered(answer))
            continue
        columns = _answered(entry, answer, model_hash, threshold)
        columns["search_text"] = search_text(names[entry.id], columns["label"], entry.name)
        columns["perceptual_hash"] = perceptual_hashes.get(entry.id, entry.perceptual_hash)
        rows.append({"id": entry.id} | columns)
        if answer.embedding is not None:
            vectors[entry.id] = packed(answer.embedding)
    write_vectors(database, session, vectors, embedding)
    session.expunge_all()  # the rows are complete; nothing is to be written twice
    # Rows of one statement must have the same columns.
    for answered in (True, False):
        if some := [row for row in rows if ("label" in row) == answered]:
            session.execute(update(Entry), some)


def packed(embedding: NDArray[np.float32]) -> bytes:
    """A vector as it is stored."""
    return embedding.astype("<f2").tobytes()


def write_vectors(
    database: Database, session: Session, vectors: Mapping[int, bytes], model_hash: str
) -> None:
    """Store a model's vectors by entry, in a transaction of the caller; those of other models stay.

    Args:
        model_hash: the model whose embeddings they are, which others with another head share.
    """
    if not vectors:
        return
    rows = [{"entry_id": e, "model_hash": model_hash, "vector": vector} for e, vector in vectors.items()]
    statement = database.insert(Embedding)
    new = {"vector": statement.excluded.vector}
    session.execute(
        statement.on_conflict_do_update(index_elements=["entry_id", "model_hash"], set_=new), rows
    )


def _answered(entry: Entry, answer: Prediction, model_hash: str, threshold: float | None) -> dict[str, Any]:
    """The columns that an answer gives an entry."""
    best = np.sort(list(answer.probabilities.values()))[::-1]
    corrected = entry.corrected_label if entry.corrected_at is not None else None
    rated = review.score(
        answer.probabilities,
        known=answer.known,
        novelty=answer.novelty,
        threshold=threshold,
        previous=_said_before(entry, model_hash),
        corrected=corrected,
    )
    said = answer.label if answer.known else NONE
    return {
        "state": DONE,
        "problem": null(),
        "attempts": 0,
        "worker": None,
        "label": said if corrected is None else corrected,
        "model_label": answer.label,
        "confidence": answer.confidence,
        "margin": float(best[0] - best[1]) if len(best) > 1 else 1.0,
        "novelty": answer.novelty,
        "known": answer.known,
        "probabilities": dict(answer.probabilities),
        "model_hash": model_hash,
        "classified_at": now(),
        "review_score": rated and rated.score,
        "review_reason": rated and rated.reason,
    }


def _said_before(entry: Entry, model_hash: str) -> str | None:
    """The answer of another model for an entry."""
    if entry.model_label is None or entry.model_hash == model_hash:
        return None
    return entry.model_label if entry.known else NONE


def _unanswered(problem: PictureError) -> dict[str, Any]:
    return {"state": FAILED, "problem": problem.facts(), "worker": None}
