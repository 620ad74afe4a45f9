"""The status of a station, by what the process that runs it said last. Knows no running station."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from tenfold.database.claims import told_lately
from tenfold.line.parts import WORDS, Reason
from tenfold.line.stations.tables import StationRow

Phase: TypeAlias = Literal["paused", "off", "starting", "fault", "held", "ready"]


@dataclass(frozen=True)
class StationStatus:
    """The status of a station.

    Attributes:
        phase: off: no process runs it. fault: it rejects every part. held: it judges, and releases nothing.
        problems: what is wrong with its recipe and its outputs, as errors (`TenfoldError.facts`).
        reasons: its faults, and why it holds parts back.
    """

    phase: Phase
    problems: tuple[Mapping[str, Any], ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def words(self) -> list[str]:
        """All that is wrong, in English."""
        return [str(one["detail"]) for one in self.problems] + [word_of(one) for one in self.reasons]


def status_of(row: StationRow) -> StationStatus:
    """The status of the station of this row."""
    if row.paused_at is not None:
        return StationStatus("paused")
    if not (row.worker and row.status and told_lately(row.status_at)):
        return StationStatus("off")
    said = row.status
    problems = [said.get("recipe_problem"), *said.get("output_problems", [])]
    reasons = [*said.get("faults", []), *said.get("holds", [])]
    return StationStatus(said.get("state", "starting"), tuple(one for one in problems if one), tuple(reasons))


def word_of(reason: str) -> str:
    """A reason in English; the code itself where another version of tenfold gave it."""
    return WORDS.get(cast(Reason, reason), reason)
