"""What each kind of action changes in one entry, and what undoing it changes. Plain values; writes nothing.

A change keeps the columns that a person decides, before and after. What follows from them (the class that an
entry is filed under, its place in the review queue, the text that is searched) is worked out again, because
other things may have happened to the entry in between.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from tenfold.catalogue.entries.names import checked_label, checked_name
from tenfold.catalogue.entries.tables import NONE
from tenfold.catalogue.search import review
from tenfold.errors import UsageError

Kind = Literal["correct", "uncorrect", "rename", "delete", "restore", "share", "unshare"]
KINDS: tuple[str, ...] = get_args(Kind)

# An entry's columns by name, and those of them that change.
Values = Mapping[str, Any]
Changed = dict[str, Any]

# Follow from other columns, and are never compared.
_FOLLOWING = ("label", "search_text", "review_score", "review_reason")
# In a change: the model whose answer the review columns beside it belong to.
_REVIEW_MODEL = "review_model"
_MOMENTS = ("corrected_at", "deleted_at", "classified_at", "taken_at", "added_at")


@dataclass(frozen=True)
class EditRequest:
    """An edit that is requested.

    Attributes:
        by: who requests it; at: when.
        label: for correct: the class, "" for none of them.
        name: for rename.
        seen: whether the person saw each of the entries, not only what was searched for.
    """

    kind: Kind
    by: int
    at: datetime
    label: str | None = None
    name: str | None = None
    seen: bool = True

    def details(self) -> dict[str, Any]:
        """Its details in the history."""
        said = {"label": self.label, "name": self.name}
        return {key: value for key, value in said.items() if value is not None}


def checked_request(request: EditRequest) -> EditRequest:
    """The request with its texts as they are stored. Raises UsageError where it is invalid."""
    if request.kind not in KINDS:
        cure = f"Use one of {', '.join(KINDS)}."
        raise UsageError("An action", "is of no known kind", received=f"{request.kind!r:.60}", cure=cure)
    for field, kind in (("label", "correct"), ("name", "rename")):
        given = getattr(request, field) is not None
        if given != (request.kind == kind):
            problem = f"takes no {field}" if given else f"needs a {field}"
            raise UsageError(f"The action {request.kind}", problem, cure=f"{kind} takes a {field}.")
    return replace(
        request,
        label=None if request.label is None else checked_label(request.label),
        name=None if request.name is None else checked_name(request.name),
    )


def changed(request: EditRequest, entry: Values) -> Changed | None:
    """The columns that the request changes in an entry, with their new values; None where it changes none."""
    made = _MAKERS[request.kind](request)
    deleted = entry["deleted_at"] is not None and request.kind != "restore"
    if deleted or all(entry[name] == value for name, value in made.items()):
        return None
    if "corrected_label" in made:
        made |= _review(request, {**entry, **made})
    return made


_MAKERS: dict[str, Callable[[EditRequest], Changed]] = {
    "correct": lambda one: {"corrected_label": one.label, "corrected_at": one.at, "corrected_by": one.by},
    "uncorrect": lambda one: {"corrected_label": None, "corrected_at": None, "corrected_by": None},
    "rename": lambda one: {"name": one.name},
    "delete": lambda one: {"deleted_at": one.at},
    "restore": lambda one: {"deleted_at": None},
    "share": lambda one: {"shared": True},
    "unshare": lambda one: {"shared": False},
}


def _review(request: EditRequest, entry: Values) -> Changed:
    """The review columns after a correction: empty where a person saw the entry and named it."""
    if request.kind == "correct" and request.seen:
        return {"review_score": None, "review_reason": None}
    return review_columns(entry)


def review_columns(entry: Values) -> Changed:
    """The review columns that follow from what an entry says now."""
    rated = None
    if entry["probabilities"] and entry["known"] is not None and entry["novelty"] is not None:
        corrected = entry["corrected_label"] if entry["corrected_at"] is not None else None
        rated = review.score(
            entry["probabilities"], known=entry["known"], novelty=entry["novelty"], corrected=corrected
        )
    return {"review_score": rated and rated.score, "review_reason": rated and rated.reason}


def filed_under(entry: Values) -> str | None:
    """The class of an entry: what a person said, else what the model said; None: not classified yet."""
    if entry["corrected_at"] is not None:
        return str(entry["corrected_label"])
    if entry["model_label"] is None:
        return None
    return str(entry["model_label"]) if entry["known"] else NONE


def recorded(entry: Values, made: Changed) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of a change, as JSON."""
    before = {name: _plain(entry[name]) for name in made}
    after = {name: _plain(value) for name, value in made.items()}
    if "review_score" in made:
        before[_REVIEW_MODEL] = after[_REVIEW_MODEL] = entry["model_hash"]
    return before, after


def undone(entry: Values, before: Mapping[str, Any], after: Mapping[str, Any]) -> Changed | None:
    """The columns that undo a change; None where the entry is not as that change left it."""
    decided = [name for name in after if name not in (*_FOLLOWING, _REVIEW_MODEL)]
    if any(_plain(entry[name]) != after[name] for name in decided):
        return None
    made: Changed = {name: _rich(name, before[name]) for name in decided}
    if "review_score" in before:
        model = before.get(_REVIEW_MODEL, before.get("model_hash"))
        result = {**entry, **made}
        if result["model_hash"] == model:
            made |= {name: before[name] for name in ("review_score", "review_reason")}
        else:
            made |= review_columns(result)
    return made


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _rich(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in _MOMENTS and value is not None else value
