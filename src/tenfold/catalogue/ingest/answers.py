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
        label = answer.label if answer.known else NONE
        if entry.corrected_at is not None and entry.corrected_label is not None:
            label = entry.corrected_label
        columns = columns_after(vars(entry), columns_of(answer), model_hash, threshold) | {
            "label": label,
            "search_text": search_text(names[entry.id], label, entry.name),
            "perceptual_hash": perceptual_hashes.get(entry.id, entry.perceptual_hash),
        }
        columns |= {"state": DONE, "problem": null(), "attempts": 0, "worker": None}
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


def columns_of(said: Prediction) -> dict[str, Any]:
    """What a model said, as it is stored with an entry or a proposal."""
    best = np.sort(list(said.probabilities.values()))[::-1]
    return {
        "model_label": said.label,
        "confidence": said.confidence,
        "margin": float(best[0] - best[1]) if len(best) > 1 else 1.0,
        "novelty": said.novelty,
        "known": said.known,
        "probabilities": dict(said.probabilities),
    }


def columns_after(
    entry: Mapping[str, Any], said: Mapping[str, Any], model_hash: str, threshold: float | None
) -> dict[str, Any]:
    """The columns of an entry to which a model said what `columns_of` gives."""
    previous = entry["model_label"] if entry["known"] or entry["model_label"] is None else NONE
    rated = review.score(
        said["probabilities"],
        known=said["known"],
        novelty=said["novelty"],
        threshold=threshold,
        previous=previous if entry["model_hash"] != model_hash else None,
        corrected=entry["corrected_label"] if entry["corrected_at"] is not None else None,
    )
    reviewed = {"review_score": rated and rated.score, "review_reason": rated and rated.reason}
    return {**said, "model_hash": model_hash, "classified_at": now(), **reviewed}


def _unanswered(problem: PictureError) -> dict[str, Any]:
    return {"state": FAILED, "problem": problem.facts(), "worker": None}
