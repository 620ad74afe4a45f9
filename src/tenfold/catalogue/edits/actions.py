"""What people do to entries: correct, rename, delete, share, and undo of anything. Knows no files.

An action on many entries is done in parts, one transaction each, so that others can work meanwhile. If it is
interrupted, the action says how many entries it changed, and can be undone like any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from tenfold.catalogue.edits.kinds import EditRequest, Kind, Values, changed, checked_request, undone
from tenfold.catalogue.edits.rows import locked, write
from tenfold.catalogue.entries.filters import Filters, conditions, visibility
from tenfold.catalogue.entries.tables import SYSTEM, Action, Change, Entry
from tenfold.database import GREATEST_ID, Database, now, row_of
from tenfold.errors import CatalogueError, NotAllowed, NotInCatalogue, UsageError

UNDO = "undo"
# Entries changed in one transaction.
PART = 500
# Actions whose entries are read by one statement.
_AT_ONCE = 100
_LISTED = "`tenfold catalogue undo --list` and the history of each picture show those that there are."


@dataclass(frozen=True)
class ActionResult:
    """An action, and how many of its intended entries it left unchanged.

    Those are not the person's to change, are that way already, or (of an undo) were changed since.
    """

    action: Action
    skipped: int


@dataclass
class _Counts:
    """The results of an action. hidden: entries that the person cannot see; barred: can only see."""

    changed: int = 0
    skipped: int = 0
    hidden: int = 0
    barred: int = 0


class Actions:
    """Everything that people do to entries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def do(
        self,
        kind: Kind,
        entries: Sequence[int] | Filters,
        *,
        by: int = SYSTEM,
        administrator: bool = False,
        label: str | None = None,
        name: str | None = None,
    ) -> ActionResult:
        """Do something to entries, as one action that can be undone.

        Args:
            entries: their numbers, or what finds them.
            by: who does it: may change their own entries and the system's.
            administrator: who may change everybody's.
            label: for correct: a class, known to a model or new; "" is none of them.
            name: for rename, which takes one entry.

        Raises:
            UsageError: the class or the name cannot be used, or does not go with `kind`.
            NotInCatalogue: none of the numbers is an entry that this person sees.
            NotAllowed: none of them is this person's to change.
        """
        seen = not isinstance(entries, Filters)
        request = checked_request(EditRequest(kind, by, now(), label, name, seen))
        numbers = self.found(entries) if isinstance(entries, Filters) else sorted(set(entries))
        if kind == "rename" and not (seen and len(numbers) == 1):
            raise UsageError("Renaming", "takes one entry", received=f"{len(numbers):,}", cure="Name one.")
        action, counts = (
            Action(by=by, kind=kind, at=request.at, details=request.details(), count=0),
            _Counts(),
        )
        for start in range(0, max(1, len(numbers)), PART):
            with self._database.writing() as session:
                _insert(session, action)
                self._change(
                    session, request, action.id, numbers[start : start + PART], administrator, counts
                )
                if seen and start + PART >= len(numbers):
                    _refuse_strange(numbers, counts)
                _note(session, action, counts)
        return ActionResult(self.get(action.id), counts.skipped)

    def undo(self, action_id: int, *, by: int = SYSTEM, administrator: bool = False) -> ActionResult:
        """Undo an action, or an undo. Entries that were changed since stay as they are, and are counted.

        Returns:
            The undo, an action itself.

        Raises:
            NotInCatalogue: there is no such action.
            NotAllowed: it is somebody else's.
            CatalogueError: it was undone already, or all of its entries were changed since.
        """
        undo, counts = Action(by=by, kind=UNDO, at=now(), details={}, count=0), _Counts()
        self.get(action_id)
        after: int | None = 0
        while after is not None:
            with self._database.writing() as session:
                chosen = select(Action).where(Action.id == action_id).with_for_update()
                action = session.scalars(chosen).one()
                _check_undo(action, by, administrator)
                undo.details = {"of": action.id, "kind": action.kind}
                _insert(session, undo)
                after = self._take_back(session, undo, after, administrator, counts)
                if after is None:
                    _finish(session, action, undo, counts)
                _note(session, undo, counts)
        return ActionResult(self.get(undo.id), counts.skipped)

    def get(self, action_id: int) -> Action:
        """An action; NotInCatalogue where there is none."""
        with self._database.reading() as session:
            found = row_of(session, Action, action_id)
        if found is None:
            raise NotInCatalogue(f"Action {action_id}", "does not exist", cure=_LISTED)
        return found

    def undone(self, actions: Iterable[int]) -> set[int]:
        """Those of the actions that were undone."""
        wanted = select(Action.id).where(Action.id.in_(set(actions)), Action.undone_at.is_not(None))
        return set(self._database.scalars(wanted))

    def latest(self, *, by: int = SYSTEM) -> Action | None:
        """A person's last action that is not undone; None where there is none."""
        mine = select(Action).where(Action.by == by, Action.undone_at.is_(None), Action.count > 0)
        return self._database.scalar(mine.where(Action.kind != UNDO).order_by(Action.id.desc()).limit(1))

    def recent(
        self, *, by: int = SYSTEM, administrator: bool = False, before: int | None = None, limit: int = 50
    ) -> list[Action]:
        """The actions of a person (an administrator: of everybody), the newest first, all before one."""
        chosen = select(Action).where(Action.count > 0)
        if not administrator:
            chosen = chosen.where(Action.by == by)
        if before is not None:
            chosen = chosen.where(Action.id < min(before, GREATEST_ID))
        return self._database.scalars(chosen.order_by(Action.id.desc()).limit(limit))

    def history(self, entry_id: int, *, limit: int = 50) -> Sequence[Action]:
        """The actions on an entry, the newest first. Does not check who may see it."""
        chosen = select(Action).join(Change, Change.action_id == Action.id).where(Change.entry_id == entry_id)
        return self._database.scalars(chosen.order_by(Action.id.desc()).limit(limit))

    def first_entries(
        self, actions: Sequence[int], most: int, *, person: int, administrator: bool
    ) -> dict[int, list[tuple[int, str]]]:
        """By action, the ids and names of the first `most` entries that it changed and the person sees."""
        seen = visibility(Filters(person=person, administrator=administrator))
        found: dict[int, list[tuple[int, str]]] = {action: [] for action in actions}
        for start in range(0, len(actions), _AT_ONCE):
            # Each by its own limit: an action may have changed hundreds of thousands.
            firsts = [
                select(Change.action_id, Entry.id, Entry.name)
                .join(Entry, Entry.id == Change.entry_id)
                .where(Change.action_id == action, *seen)
                .order_by(Change.entry_id)
                .limit(most)
                .subquery()
                for action in actions[start : start + _AT_ONCE]
            ]
            for action, entry, name in self._database.rows(union_all(*(select(one) for one in firsts))):
                found[action].append((entry, name))
        return {action: sorted(entries) for action, entries in found.items()}

    def found(self, filters: Filters) -> Sequence[int]:
        """The numbers of the entries that filters find, in order."""
        found = select(Entry.id).where(*conditions(filters, self._database)).order_by(Entry.id)
        return self._database.scalars(found)

    def _change(
        self,
        session: Session,
        request: EditRequest,
        action_id: int,
        part: Sequence[int],
        administrator: bool,
        counts: _Counts,
    ) -> None:
        entries = locked(session, [number for number in part if 0 < number <= GREATEST_ID])
        counts.hidden += len(part) - len(entries)
        plans = []
        for entry in entries.values():
            if not _changeable(entry, request.by, administrator):
                counts.hidden += not entry["shared"]
                counts.barred += entry["shared"]
            elif (made := changed(request, entry)) is not None:
                plans.append((entry, made))
        counts.changed += len(plans)
        counts.skipped += len(part) - len(plans)
        write(session, action_id, plans)

    def _take_back(
        self, session: Session, undo: Action, after: int, administrator: bool, counts: _Counts
    ) -> int | None:
        """Undo one part: entries after a given one. Returns the part's last entry, None at the end."""
        steps = select(Change).where(Change.action_id == undo.details["of"], Change.entry_id > after)
        changes = session.scalars(steps.order_by(Change.entry_id).limit(PART)).all()
        entries = locked(session, [change.entry_id for change in changes])
        plans = []
        for change in changes:
            entry = entries.get(change.entry_id)
            if entry is not None and _changeable(entry, undo.by, administrator):
                made = undone(entry, change.before, change.after)
                if made is not None:
                    plans.append((entry, made))
        counts.changed += len(plans)
        counts.skipped += len(changes) - len(plans)
        write(session, undo.id, plans)
        return changes[-1].entry_id if len(changes) == PART else None


def _changeable(entry: Values, person: int, administrator: bool) -> bool:
    return administrator or entry["owner_id"] in (person, SYSTEM)


def _insert(session: Session, action: Action) -> None:
    """Have the action in the database, from its first part on."""
    session.add(action)
    session.flush()


def _note(session: Session, action: Action, counts: _Counts) -> None:
    """Say in the action how far it is."""
    action.count = counts.changed
    if counts.skipped:
        action.details = {**action.details, "skipped": counts.skipped}


def _refuse_strange(numbers: Sequence[int], counts: _Counts) -> None:
    """Raise where none of the entries that a person named is one to change."""
    if counts.hidden == len(numbers):
        subject = f"Entry {numbers[0]}" if len(numbers) == 1 else f"None of the {len(numbers):,} entries"
        problem = "is not in the catalogue" if len(numbers) == 1 else "is in the catalogue"
        raise NotInCatalogue(subject, problem, cure="It may be somebody else's.")
    if counts.hidden + counts.barred == len(numbers):
        subject = f"Entry {numbers[0]}" if len(numbers) == 1 else "These entries"
        problem = "belongs to somebody else" if len(numbers) == 1 else "belong to somebody else"
        raise NotAllowed(
            subject, problem, cure="Ask them, or an administrator, to change it.", reason="somebody-elses"
        )


def _check_undo(action: Action, by: int, administrator: bool) -> None:
    subject = f"Action {action.id}"
    if not administrator and action.by != by:
        raise NotAllowed(
            subject,
            "was somebody else's",
            cure="Ask them, or an administrator, to undo it.",
            reason="somebody-elses",
        )
    if action.undone_at is not None:
        raise CatalogueError(
            subject, "was undone already", cure="To have it again, undo its undo.", reason="undone-already"
        )


def _finish(session: Session, action: Action, undo: Action, counts: _Counts) -> None:
    """Mark an action as undone; undoing an undo restores the action that it had undone."""
    if counts.skipped and not counts.changed:
        raise CatalogueError(
            f"Action {action.id}",
            "cannot be undone: its entries were changed since",
            received=f"{counts.skipped:,} of {counts.skipped:,}",
            cure="Undo what was done to them later first.",
            reason="changed-since",
        )
    action.undone_at, action.undone_by = undo.at, undo.by
    if action.kind == UNDO and (again := session.get(Action, action.details["of"])) is not None:
        again.undone_at = again.undone_by = None
