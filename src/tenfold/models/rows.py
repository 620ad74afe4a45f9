"""The rows of registered models, made from their files' facts, and of what went live when. Knows no store."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenfold.database import now
from tenfold.errors import UnknownModel
from tenfold.modelfile import ModelInfo
from tenfold.models.tables import LiveChange, RegisteredModel

# Why a model went live: the one before it was wanted back.
ROLLBACK = "rollback"
_LONGEST_NAME = 200
_MOST_CAVEATS = 10


def added(session: Session, new: dict[str, Any]) -> RegisteredModel:
    """Add a row, or restore that of a removed model."""
    known = session.get(RegisteredModel, new["hash"])
    if known is None:
        known = RegisteredModel(**new)
        session.add(known)
        session.flush()
    elif known.removed_at is not None:
        for name, value in new.items():
            setattr(known, name, value)
        known.removed_at = None
    return known


def row_of(key: str, content: bytes, info: ModelInfo, **how: Any) -> dict[str, Any]:
    """The values of a model's row. `how`: origin, run, file, by and embedding."""
    # A taught model has no test pictures: its accuracy is cross-validated.
    test = info.scores.get("test", info.scores.get("cross-validation"))
    scores = test if isinstance(test, dict) else {}
    figures = [scores.get(name) for name in ("accuracy", "accuracy_low", "accuracy_high")]
    accuracy, low, high = (one if isinstance(one, int | float) else None for one in figures)
    parts = [part.get("caveats") for part in info.scores.values() if isinstance(part, dict)]
    caveats = [one for part in parts if isinstance(part, list) for one in part if isinstance(one, dict)]
    return {
        "hash": key,
        "name": info.name[:_LONGEST_NAME],
        "bytes": len(content),
        "classes": list(info.labels),
        "input_size": info.input_size,
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        "caveats": caveats[:_MOST_CAVEATS],
        "origin": how["origin"],
        "run": how["run"],
        "file": how["file"],
        "embedding_hash": how["embedding"],
        "added_at": now(),
        "added_by": how["by"],
    }


def last_change(session: Session) -> LiveChange | None:
    """The last change of the live model; None before the first."""
    return session.scalars(select(LiveChange).order_by(LiveChange.id.desc()).limit(1)).first()


def standing(changes: Sequence[LiveChange]) -> list[str]:
    """The models that went live and were not rolled back, in order; the last one is live."""
    stack: list[str] = []
    for change in changes:
        if change.reason == ROLLBACK and change.model_hash in stack:
            while stack[-1] != change.model_hash:
                stack.pop()
        elif not stack or stack[-1] != change.model_hash:
            stack.append(change.model_hash)
    return stack


def listed() -> Any:
    """A query for the models that were not removed."""
    return select(RegisteredModel).where(RegisteredModel.removed_at.is_(None))


def unknown(word: str) -> UnknownModel:
    """The error where no model goes by a word."""
    return UnknownModel(
        f"The model {word[:100]!r}",
        "is not registered",
        cure="`tenfold models` and the page Models list those that there are.",
    )
