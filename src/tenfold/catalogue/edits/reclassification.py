"""Another model's answers to all entries: stored beside them, reviewed, applied or discarded.

Until they are applied, no entry changes. What a person said about an entry stays, whatever a model says.
Knows answers; runs no model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from tenfold.catalogue.edits.rows import locked, write
from tenfold.catalogue.entries.tables import DONE, NONE, Action, Change, Entry, Proposal, Reclassification
from tenfold.catalogue.ingest.answers import columns_after, columns_of, packed, write_vectors
from tenfold.database import GREATEST_ID, Database, now
from tenfold.database.rows import SettableRows
from tenfold.errors import CatalogueError, NotInCatalogue
from tenfold.predictions import Prediction

KIND = "reclassify"
RUNNING, READY, APPLYING, APPLIED, DISCARDED, FAILED = (
    "running",
    "ready",
    "applying",
    "applied",
    "discarded",
    "failed",
)
_SAID = ("model_label", "confidence", "margin", "novelty", "known", "probabilities")
# Entries changed in one transaction.
PART = 500


class EntryToClassify(NamedTuple):
    """An entry that the other model has to classify."""

    entry: int
    hash: str
    name: str


class ClassChange(NamedTuple):
    """How many entries go from one class to another; "" is none of the classes."""

    old: str | None
    new: str
    entries: int


@dataclass(frozen=True)
class Changes:
    """Entries that would get another class, with what the model says. next: the last one's number."""

    rows: list[tuple[Entry, Proposal]]
    next: int | None


class Reclassifications(SettableRows[Reclassification]):
    """Everything that other models proposed."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Reclassification, _unknown)

    def _existing(self, session: Session, number: int) -> Reclassification:
        one = super()._existing(session, number)
        if one.state == DISCARDED:
            raise self._unknown(number)
        return one

    def begin(self, session: Session, job_id: str, model_hash: str, by: int) -> Reclassification:
        """Add a new reclassification without answers, in the transaction that adds its job."""
        one = Reclassification(
            job_id=job_id, model_hash=model_hash, at=now(), by=by, state=RUNNING, count=0, changed=0
        )
        session.add(one)
        session.flush()
        return one

    def latest(self, limit: int = 50) -> list[Reclassification]:
        """The newest first, without discarded ones."""
        wanted = select(Reclassification).where(Reclassification.state != DISCARDED)
        return self._database.scalars(wanted.order_by(Reclassification.id.desc()).limit(limit))

    def total(self) -> int:
        """How many entries are to be classified."""
        return self._database.scalar(select(func.count()).select_from(Entry).where(*_asked())) or 0

    def todo(self, number: int, limit: int, after: int = 0) -> Sequence[EntryToClassify]:
        """The next entries after a given one that this reclassification has no answer for."""
        answered = select(func.max(Proposal.entry_id)).where(Proposal.reclassification_id == number)
        with self._database.reading() as session:
            after = max(after, session.scalar(answered) or 0)
            wanted = select(Entry.id, Entry.hash, Entry.name).where(*_asked(), Entry.id > after)
            return [EntryToClassify(*row) for row in session.execute(wanted.order_by(Entry.id).limit(limit))]

    def propose(self, number: int, answers: Sequence[tuple[int, Prediction]]) -> None:
        """Store the model's answers to entries."""
        with self._database.writing() as session:
            one = self._existing(session, number)
            current = session.execute(
                select(Entry.id, Entry.label, Entry.corrected_at).where(Entry.id.in_(dict(answers)))
            )
            labels = {row.id: (row.label, row.corrected_at is not None) for row in current}
            rows = [
                _proposal(number, entry, said, *labels[entry]) for entry, said in answers if entry in labels
            ]
            if rows:
                session.execute(insert(Proposal), rows)
            one.count += len(rows)
            one.changed += sum(row["changed"] for row in rows)

    def moved(self, number: int) -> list[ClassChange]:
        """How many entries would change from which class to which, the most first."""
        self.get(number)
        counted = func.count()
        wanted = (
            select(Proposal.old_label, Proposal.label, counted)
            .where(Proposal.reclassification_id == number, Proposal.changed.is_(True))
            .group_by(Proposal.old_label, Proposal.label)
            .order_by(counted.desc(), Proposal.old_label, Proposal.label)
        )
        return [ClassChange(*row) for row in self._database.rows(wanted)]

    def changes(
        self,
        number: int,
        *,
        after: int = 0,
        limit: int = 50,
        old: str | None = None,
        new: str | None = None,
    ) -> Changes:
        """A page of the entries that would get another class.

        Args:
            after: `next` of the page before.
            old, new: only those that change from or to this class.
        """
        self.get(number)
        which = [Proposal.reclassification_id == number, Proposal.changed.is_(True)]
        which += [Proposal.old_label == old] if old is not None else []
        which += [Proposal.label == new] if new is not None else []
        wanted = select(Entry, Proposal).join(Proposal, Proposal.entry_id == Entry.id)
        wanted = wanted.where(*which, Proposal.entry_id > min(after, GREATEST_ID))
        found = self._database.rows(wanted.order_by(Proposal.entry_id).limit(limit + 1))
        rows = [(entry, proposal) for entry, proposal in found[:limit]]
        return Changes(rows, rows[-1][0].id if len(found) > limit else None)

    def start_applying(self, session: Session, job_id: str, number: int, *, by: int) -> Reclassification:
        """Mark, in the transaction that adds the job, that they are to be applied. Raises CatalogueError."""
        one = self._existing(session, number)
        if one.state not in (READY, APPLYING):
            raise _not_ready(one)
        if one.action_id is None:
            details = {"model": one.model_hash, "reclassification": number}
            action = Action(by=by, kind=KIND, at=now(), details=details, count=0)
            session.add(action)
            session.flush()
            one.action_id = action.id
        one.state, one.job_id = APPLYING, job_id
        return one

    def apply(
        self,
        number: int,
        *,
        threshold: float | None = None,
        embedding: str = "",
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Action:
        """Apply the answers, after `start_applying`; continues where it was interrupted.

        Args:
            threshold: the novelty above which the model says "none of these".
            embedding: the hash of the model whose embeddings the model has; empty: its own.
            progress: called with the entries done and all; may raise, what is done stays done.

        Returns:
            the action, which can be undone like any other.
        """
        one = self.get(number)
        assert one.action_id is not None
        done, after = 0, 0
        while True:
            with self._database.writing() as session:
                wanted = select(Proposal).where(
                    Proposal.reclassification_id == number, Proposal.entry_id > after
                )
                part = session.scalars(wanted.order_by(Proposal.entry_id).limit(PART)).all()
                self._take_over(session, one, part, threshold, embedding or one.model_hash)
                if len(part) < PART:
                    last = self._existing(session, number)
                    last.state = APPLIED
            done += len(part)
            progress(done, one.count)
            if len(part) < PART:
                break
            after = part[-1].entry_id
        action = self._database.get(Action, one.action_id)
        assert action is not None
        return action

    def discard(self, number: int) -> None:
        """Discard the answers. Raises CatalogueError where they are being applied, or were."""
        with self._database.writing() as session:
            one = self._existing(session, number)
            if one.state in (APPLYING, APPLIED):
                raise CatalogueError(
                    f"The reclassification {number}",
                    "has been taken over",
                    cure="Undo that; it is in the history of actions.",
                    reason="applied-already",
                )
            one.state = DISCARDED
            session.execute(delete(Proposal).where(Proposal.reclassification_id == number))

    def _take_over(
        self,
        session: Session,
        one: Reclassification,
        part: Sequence[Proposal],
        threshold: float | None,
        embedding: str,
    ) -> None:
        numbers = [proposal.entry_id for proposal in part]
        entries = locked(session, numbers)
        done = select(Change.entry_id).where(Change.action_id == one.action_id, Change.entry_id.in_(numbers))
        before = set(session.scalars(done))
        plans, placed = [], {}
        for proposal in part:
            entry = entries.get(proposal.entry_id)
            if entry is None or entry["state"] != DONE or proposal.entry_id in before:
                continue
            if entry["model_hash"] == one.model_hash:  # it answered meanwhile, for itself
                continue
            said = {name: getattr(proposal, name) for name in _SAID}
            plans.append((entry, columns_after(entry, said, one.model_hash, threshold)))
            if proposal.vector is not None:
                placed[proposal.entry_id] = proposal.vector
        write_vectors(self._database, session, placed, embedding)
        assert one.action_id is not None
        write(session, one.action_id, plans)
        counted = update(Action).where(Action.id == one.action_id).values(count=Action.count + len(plans))
        session.execute(counted)


def _asked() -> list[ColumnElement[bool]]:
    return [and_(Entry.state == DONE, Entry.deleted_at.is_(None))]


def _proposal(number: int, entry: int, said: Prediction, old: str | None, corrected: bool) -> dict[str, Any]:
    label = old if corrected else said.label if said.known else NONE
    return {
        "reclassification_id": number,
        "entry_id": entry,
        "changed": label != old,
        "old_label": old,
        "label": label,
        **columns_of(said),
        "vector": None if said.embedding is None else packed(said.embedding),
    }


def _unknown(which: int | str) -> NotInCatalogue:
    return NotInCatalogue(
        f"The reclassification {which}", "does not exist", cure="List them to see which there are."
    )


def _not_ready(one: Reclassification) -> CatalogueError:
    cures = {
        RUNNING: "Wait until the model has answered for every entry.",
        APPLIED: "To take it back, undo it in the history of actions.",
    }
    return CatalogueError(
        f"The reclassification {one.id}",
        "cannot be taken over",
        received=f"it is {one.state}",
        cure=cures.get(one.state, "Start another one."),
        reason="reclassification-not-ready",
    )
