"""Improvements on the live model: each attempt and its result. Trains and evaluates nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenfold.database import Database, now
from tenfold.database.rows import SettableRows
from tenfold.errors import UnknownImprovement
from tenfold.models.tables import Improvement

RUNNING, EVALUATED, FAILED, STOPPED = "running", "evaluated", "failed", "stopped"
BETTER = "better"


class Improvements(SettableRows[Improvement]):
    """The table of improvements."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Improvement, _unknown)

    def begin(
        self, session: Session, job_id: str, base_hash: str, by: int, options: dict[str, Any]
    ) -> Improvement:
        """Note, in the transaction that makes its job, that one is tried from the model `base_hash`."""
        one = Improvement(
            job_id=job_id, at=now(), by=by, base_hash=base_hash, options=options, counts={}, state=RUNNING
        )
        session.add(one)
        session.flush()
        return one

    def latest(self, limit: int = 50, before: int | None = None) -> list[Improvement]:
        """The newest first."""
        wanted = select(Improvement).order_by(Improvement.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(Improvement.id < before)
        with self._database.reading() as session:
            return list(session.scalars(wanted))

    def jobs_of(self, runs: Sequence[str]) -> dict[str, str]:
        """The ids of the jobs that trained these runs, by the runs' names; of those that are improvements."""
        wanted = select(Improvement.run, Improvement.job_id).where(
            Improvement.run.in_(runs), Improvement.job_id.is_not(None)
        )
        with self._database.reading() as session:
            return {str(row.run): str(row.job_id) for row in session.execute(wanted)}

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


def _unknown(which: int | str) -> UnknownImprovement:
    return UnknownImprovement(
        f"The improvement {which}", "does not exist", cure="List them to see which there are."
    )
