"""The status of a station, by what the process that runs it says. Knows no running station."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from tenfold.line.parts import WORDS, Reason
from tenfold.line.stations.tables import StationRow

Phase: TypeAlias = Literal["paused", "off", "starting", "fault", "held", "ready"]
PHASES: tuple[Phase, ...] = ("ready", "held", "fault", "starting", "off", "paused")


@dataclass(frozen=True)
class StationStatus:
    """The status of a station.

    Attributes:
        phase: off: no process runs it. fault: it rejects every part. held: it judges, and releases nothing.
        problem: why it has no recipe, or does not run, as an error (`TenfoldError.facts`).
        outputs: what does not reach its receiver, as errors.
        reasons: its faults, and why it holds parts back.
        figures: all that its process says; of one that is paused what it said last.
    """

    phase: Phase
    problem: Mapping[str, Any] | None = None
    outputs: tuple[Mapping[str, Any], ...] = ()
    reasons: tuple[Reason, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def problems(self) -> list[Mapping[str, Any]]:
        """All that is wrong, as errors."""
        return [*([self.problem] if self.problem else []), *self.outputs]

    @property
    def words(self) -> list[str]:
        """All that is wrong, in English; of one that is paused nothing."""
        if self.phase == "paused":
            return []
        return [str(one["detail"]) for one in self.problems] + [word_of(one) for one in self.reasons]


def status_of(row: StationRow, said: Mapping[str, Any] | None) -> StationStatus:
    """The status of a station. said: what its process says now; None: none runs it."""
    paused = row.paused_at is not None
    said = row.status if paused else said
    if said is None:
        return StationStatus("paused" if paused else "off")
    fault = said.get("fault")
    phase: Phase = "paused" if paused else "off" if fault else said.get("state", "starting")
    outputs, reasons = said.get("output_problems", []), [*said.get("faults", []), *said.get("holds", [])]
    return StationStatus(phase, fault or said.get("recipe_problem"), tuple(outputs), tuple(reasons), said)


def word_of(reason: str) -> str:
    """A reason in English; the code itself where another version of tenfold gave it."""
    return WORDS.get(cast(Reason, reason), reason)
