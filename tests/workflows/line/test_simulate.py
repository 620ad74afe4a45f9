"""A station against a simulated plant, in processes of their own, over real Modbus TCP and HTTP."""

import sys
from pathlib import Path

import pytest

from tenfold.errors import UsageError
from tenfold.line.trail.trail import Trail
from tenfold.workflows.line.simulate import FAULTS, SimulationOptions, simulate

VEHICLES = ("airplane", "automobile", "ship", "truck")


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_through_every_fault_nothing_passes_unjudged_and_every_part_has_its_verdict(tmp_path: Path) -> None:
    path = tmp_path / "trail.db"
    # Slow enough that a busy machine still judges in time between the faults.
    options = SimulationOptions(VEHICLES, parts=220, rate=6.0, faults=FAULTS, deadline=1.0, trail=path)
    found = simulate(options)
    assert found.faults == list(FAULTS)
    assert (found.passed_unjudged, found.rejects_missed) == (0, 0)
    assert found.trail_rows == found.parts == found.passed + found.rejected
    assert found.intact
    assert found.passed > 10, "it is no line that rejects everything"
    assert found.bad_passed <= 5
    with Trail(path) as trail:
        alarms = {row.body["reason"] for row in trail.rows(kind="alarm")}
    assert {"camera", "frozen-picture", "plc", "clock", "restarted"} <= alarms


def test_a_fault_of_a_broker_that_is_not_installed_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.line.simulator.broker.program", lambda: None)
    options = SimulationOptions(VEHICLES, faults=["kill", "broker-cut"], trail=tmp_path / "trail.db")
    with pytest.raises(UsageError, match="needs an MQTT broker") as told:
        simulate(options)
    assert told.value.reason == "broker-missing"
    assert not (tmp_path / "trail.db").exists()
