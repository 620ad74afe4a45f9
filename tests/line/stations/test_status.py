"""The status of a station from its row and from what its process says."""

from datetime import timedelta
from typing import Any

import pytest

from tenfold.database import now
from tenfold.errors import LineError
from tenfold.line.stations.status import Phase, status_of
from tenfold.line.stations.tables import StationRow

ENDED = LineError("The station gate", "ended", reason="station-ended").facts()


def row(**values: Any) -> StationRow:
    return StationRow(name="gate", **values)


@pytest.mark.parametrize(
    ("said", "phase"),
    [
        (None, "off"),
        ({}, "starting"),
        ({"state": "ready"}, "ready"),
        ({"state": "held", "holds": ["challenge"]}, "held"),
        ({"fault": ENDED}, "off"),
    ],
)
def test_the_phase_is_what_its_process_says(said: dict[str, Any] | None, phase: Phase) -> None:
    assert status_of(row(), said).phase == phase


def test_why_a_station_does_not_run_is_a_problem_of_it() -> None:
    now = status_of(row(), {"fault": ENDED})
    assert now.problem == ENDED
    assert now.words == ["The station gate ended."]


def test_one_that_is_paused_keeps_its_last_figures_and_says_nothing_is_wrong() -> None:
    found = status_of(row(paused_at=now(), status={"passed": 3, "recipe_problem": ENDED}), None)
    assert (found.phase, found.figures["passed"], found.words) == ("paused", 3, [])


@pytest.mark.parametrize(
    ("worker", "ago", "told"),
    [("a server", 1, True), ("a server", 60, False), (None, 1, False), ("a server", None, False)],
)
def test_what_was_said_counts_while_a_process_works_on_it_and_said_it_lately(
    worker: str | None, ago: int | None, told: bool
) -> None:
    at = None if ago is None else now() - timedelta(seconds=ago)
    found = row(worker=worker, status={"state": "ready"}, status_at=at).current_status
    assert found == ({"state": "ready"} if told else None)
