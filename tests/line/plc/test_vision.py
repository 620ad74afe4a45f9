"""The vision state machine of OPC 40100-1: what may be called when, and when parts are rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.line.plc.opcua.vision import EXECUTING, METHODS, IllegalCall, VisionMachine, VisionState


def ready() -> VisionMachine:
    machine = VisionMachine()
    machine.run(failing=False)
    machine.call("Stop")
    return machine


def test_a_station_runs_by_itself_after_its_start_and_after_an_error() -> None:
    machine = VisionMachine()
    assert VisionMachine().halts
    assert [one.number for one in machine.run(failing=False)] == [140, 560, 680]
    assert not machine.halts
    assert [one.number for one in machine.run(failing=True)] == [430]
    assert [one.number for one in machine.run(failing=False)] == [340, 560, 680]
    assert machine.run(failing=False) == []


def test_a_station_that_is_not_to_run_by_itself_waits_for_the_plant() -> None:
    machine = VisionMachine(automatic=False)
    machine.run(failing=True)
    machine.run(failing=False)
    assert (machine.state, machine.halts) == (VisionState.READY, True)
    machine.call("StartContinuous")
    assert [machine.halts, machine.state] == [False, VisionState.CONTINUOUS_EXECUTION]


def test_a_plant_that_took_over_starts_it_by_itself() -> None:
    machine = VisionMachine()
    machine.run(failing=False)
    calls = ["Halt", "Reset", "SelectModeAutomatic", "StartContinuous", "Stop"]
    numbers = [[one.number for one in machine.call(call)] for call in calls]
    assert numbers == [[421], [211], [141, 560], [681], [861]]
    machine.run(failing=True)
    assert machine.halts
    machine.run(failing=False)
    assert (machine.state, machine.halts) == (VisionState.READY, True)


def test_a_recipe_that_was_taken_away_has_to_be_prepared_again() -> None:
    machine = ready()
    assert [one.number for one in machine.call("UnprepareRecipe")] == [651]
    with pytest.raises(IllegalCall):
        machine.call("StartContinuous")
    machine.run(failing=True)
    machine.run(failing=False)
    assert machine.state is VisionState.INITIALIZED
    assert [one.number for one in machine.call("PrepareRecipe")] == [561]
    assert machine.call("PrepareRecipe") == []


def test_a_single_job_ends_with_its_verdict() -> None:
    machine = ready()
    machine.call("StartSingleJob")
    assert not machine.halts
    assert [one.number for one in machine.judged()] == [760]
    assert machine.halts


@given(st.lists(st.sampled_from([*METHODS, "fails", "works", "judged"]), max_size=30))
def test_every_transition_is_numbered_by_its_states_and_illegal_calls_change_nothing(said: list[str]) -> None:
    machine = VisionMachine()
    for one in said:
        before = machine.state
        if one in METHODS:
            try:
                found = machine.call(one)
            except IllegalCall:
                assert machine.state is before not in METHODS[one]
                continue
        elif one == "judged":
            found = machine.judged()
        else:
            found = machine.run(failing=one == "fails")
        for transition in found:
            assert transition.before is before
            before = transition.after
            numbers = {state: 4 if state > 4 else int(state) for state in VisionState}
            inside = transition.before > 4 and transition.after > 4
            first = int(transition.before) if inside else numbers[transition.before]
            last = int(transition.after) if inside else numbers[transition.after]
            assert transition.number // 10 == first * 10 + last
        assert machine.state is before
        if one in ("Halt", "Reset", "Stop", "Abort") and one in METHODS:
            assert machine.halts
        assert machine.halts or machine.state in (*EXECUTING, VisionState.ERROR)
