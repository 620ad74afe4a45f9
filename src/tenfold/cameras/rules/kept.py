"""The stored rules: changed, and asked about events. Sends nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenfold.cameras.rules import text as rule_text
from tenfold.cameras.rules.evaluate import Local, Rule, RuleState, Sighting, evaluate
from tenfold.cameras.rules.tables import RuleRow
from tenfold.cameras.tables import CameraRow, EventRow
from tenfold.database import Database, now
from tenfold.database.names import check_free, checked_name, rename
from tenfold.database.rows import NamedRows
from tenfold.errors import CameraError, UnknownRule

_NAME = "The rule's name"


class Rules(NamedRows[RuleRow]):
    """The table of rules."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, RuleRow, _unknown)

    def add(
        self, name: str, rule: Rule, destinations: Collection[int], *, by: int, record: bool = False
    ) -> RuleRow:
        """Add a rule. Raises CameraError: the name is taken or cannot be used.

        Args:
            destinations: numbers that the sender knows.
            record: whether a clip is recorded of what it fires for.
        """
        row = RuleRow(
            name=checked_name(name, _NAME, CameraError), enabled=True, conditions=rule_text.to_json(rule),
            destinations=sorted(set(destinations)), record=record, state={}, added_at=now(), added_by=by,
        )  # fmt: skip
        with self._database.writing() as session:
            check_free(session, RuleRow, row.name, "rule", CameraError)
            session.add(row)
        return row

    def change(
        self,
        rule_id: int,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        rule: Rule | None = None,
        destinations: Collection[int] | None = None,
        record: bool | None = None,
    ) -> RuleRow:
        """Change a rule; None leaves as it is. Raises UnknownRule, CameraError."""
        with self._database.writing() as session:
            row = self._existing(session, rule_id)
            if name is not None:
                rename(session, row, name, _NAME, "rule", CameraError)
            if enabled is not None:
                row.enabled = enabled
            if rule is not None:
                row.conditions, row.state = rule_text.to_json(rule), {}
            if destinations is not None:
                row.destinations = sorted(set(destinations))
            if record is not None:
                row.record = record
        return row

    def remove(self, rule_id: int) -> RuleRow:
        """Forget a rule. Raises UnknownRule."""
        with self._database.writing() as session:
            row = self._existing(session, rule_id)
            session.delete(row)
        return row

    def fired(self, session: Session, event: Sighting, local: Local) -> list[RuleRow]:
        """The rules that fire for an event as it is now; what they remember is kept in the transaction."""
        enabled = select(RuleRow).where(RuleRow.enabled).order_by(RuleRow.id).with_for_update()
        found = []
        for row in session.scalars(enabled):
            refusal, state = evaluate(rule_text.from_json(row.conditions), event, _read(row.state), local)
            if _written(state) != row.state:
                row.state = _written(state)
            if not refusal:
                row.told_at = now()
                found.append(row)
        return found


def sighting(row: EventRow, camera: CameraRow | None) -> Sighting:
    """An event of the table as rules see it; a class that a person said goes before the model's."""
    zones = camera.zones if camera is not None else []
    return Sighting(
        row.id,
        row.camera_id,
        row.started_at,
        row.ended_at,
        row.said,
        row.confidence,
        tuple(row.zones),
        tuple(
            (seconds, (x + width / 2) / row.width, (y + height) / row.height)
            for seconds, x, y, width, height in row.path
        ),
        {zone["name"]: tuple((x, y) for x, y in zone["corners"]) for zone in zones},
    )


def sightings(rows: Sequence[EventRow], cameras: Sequence[CameraRow]) -> list[Sighting]:
    """Events of the table as rules see them."""
    by_id = {camera.id: camera for camera in cameras}
    return [sighting(row, by_id.get(row.camera_id)) for row in rows]


def _read(state: dict[str, Any]) -> RuleState:
    if not state:
        return RuleState()
    told_at = state["told_at"]
    return RuleState(
        tuple(state["told"]),
        datetime.fromisoformat(told_at) if told_at else None,
        tuple((event, datetime.fromisoformat(moment)) for event, moment in state["counted"]),
    )


def _written(state: RuleState) -> dict[str, Any]:
    if state == RuleState():
        return {}
    return {
        "told": list(state.told),
        "told_at": state.told_at and state.told_at.isoformat(),
        "counted": [[event, moment.isoformat()] for event, moment in state.counted],
    }


def _unknown(which: int | str) -> UnknownRule:
    return UnknownRule(f"The rule {which}", "does not exist", cure="List them to see which there are.")
