"""Attempts to improve on the live model: what was tried and how it came out. Trains and judges nothing."""

from typing import Any

from sqlalchemy import select

from tenfold.database import Database, now
from tenfold.errors import UnknownImprovement
from tenfold.registry.tables import Improvement

RUNNING, JUDGED, FAILED, STOPPED = "running", "judged", "failed", "stopped"
BETTER, WORSE, NO_DIFFERENCE = "better", "worse", "no-difference"


class Improvements:
    """The table of improvements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, base_hash: str, by: int, options: dict[str, Any]) -> Improvement:
        """Note that one is tried from the model `base_hash`."""
        with self._database.writing() as session:
            one = Improvement(at=now(), by=by, base_hash=base_hash, options=options, counts={}, state=RUNNING)
            session.add(one)
        return one

    def change(self, improvement_id: int, **values: Any) -> Improvement:
        """Set columns. Raises UnknownImprovement where there is no such improvement."""
        with self._database.writing() as session:
            one = session.get(Improvement, improvement_id) if 0 < improvement_id < 2**63 else None
            if one is None:
                raise _unknown(improvement_id)
            for name, value in values.items():
                setattr(one, name, value)
        return one

    def get(self, improvement_id: int) -> Improvement:
        """One of them. Raises UnknownImprovement where there is none of that number."""
        with self._database.reading() as session:
            one = session.get(Improvement, improvement_id) if 0 < improvement_id < 2**63 else None
        if one is None:
            raise _unknown(improvement_id)
        return one

    def latest(self, limit: int = 50, before: int | None = None) -> list[Improvement]:
        """The newest first."""
        wanted = select(Improvement).order_by(Improvement.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(Improvement.id < before)
        with self._database.reading() as session:
            return list(session.scalars(wanted))

    def running(self) -> Improvement | None:
        """The one at work, if one is."""
        wanted = select(Improvement).where(Improvement.state == RUNNING).order_by(Improvement.id.desc())
        with self._database.reading() as session:
            return session.scalars(wanted).first()

    def of_model(self, model_hash: str) -> Improvement | None:
        """The improvement that made a model; None where it came otherwise."""
        wanted = (
            select(Improvement)
            .where(Improvement.model_hash == model_hash)
            .order_by(Improvement.id.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            return session.scalars(wanted).first()


def _unknown(improvement_id: int) -> UnknownImprovement:
    return UnknownImprovement(
        f"The improvement {improvement_id}", "does not exist", cure="List them to see which there are."
    )
