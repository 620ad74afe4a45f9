"""Where models put entries, when another model's answer takes the place of one. Decides nothing.

An entry has one vector, of the model that names it. Those of other models are set aside, so that an action
that exchanges the model can be undone without asking the model again.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.tables import Embedding, SetAsideVector


def keep(session: Session, model_hash: str, vectors: Mapping[int, bytes]) -> None:
    """Keep a model's vectors, by entry, beside those that the entries have."""
    if not vectors:
        return
    _drop(session, [(entry, model_hash) for entry in vectors])
    rows = [{"entry_id": e, "model_hash": model_hash, "vector": vector} for e, vector in vectors.items()]
    session.execute(insert(SetAsideVector), rows)


def exchange(session: Session, models: Mapping[int, str | None]) -> None:
    """Give entries the vectors of other models where those were set aside, and set aside what they had.

    Args:
        models: the model that names each entry from now on.
    """
    wanted = [(entry, model) for entry, model in models.items() if model is not None]
    kept = tuple_(SetAsideVector.entry_id, SetAsideVector.model_hash)
    found = {one.entry_id: one for one in session.scalars(select(SetAsideVector).where(kept.in_(wanted)))}
    had = session.scalars(select(Embedding).where(Embedding.entry_id.in_(models))).all()
    old = {
        one.entry_id: (one.model_hash, one.vector) for one in had if models[one.entry_id] != one.model_hash
    }
    new = {entry: (one.model_hash, one.vector) for entry, one in found.items()}
    for row in (*had, *found.values()):
        session.expunge(row)
    for model in {model for model, _ in old.values()}:
        keep(session, model, {e: vector for e, (of, vector) in old.items() if of == model})
    replaced = [*old, *(entry for entry in new if entry not in old)]
    session.execute(delete(Embedding).where(Embedding.entry_id.in_(replaced)))
    if new:
        rows = [{"entry_id": e, "model_hash": model, "vector": vector} for e, (model, vector) in new.items()]
        session.execute(insert(Embedding), rows)
    _drop(session, [(entry, model) for entry, (model, _) in new.items()])


def _drop(session: Session, which: Sequence[tuple[int, str]]) -> None:
    kept = tuple_(SetAsideVector.entry_id, SetAsideVector.model_hash)
    session.execute(delete(SetAsideVector).where(kept.in_(which)))
