"""The handshake: what is taken, counted, held and acknowledged, over every order of events."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tenfold.line.parts import Verdict
from tenfold.line.plc.handshake import BUFFER, VERDICT_CODES, Control, Handshake, HandshakeStatus, Told


def ready() -> Handshake:
    handshake = Handshake()
    handshake.station(running=True, pictured=0)
    handshake.control(Control(enable=True))
    return handshake


def of(handshake: Handshake) -> HandshakeStatus:
    return handshake.status


def trigger(handshake: Handshake, part_id: int) -> None:
    handshake.control(Control(enable=True, trigger=True, part_id=part_id))
    handshake.control(Control(enable=True))


def test_a_part_goes_through_the_whole_handshake() -> None:
    handshake = ready()
    assert of(handshake).ready
    handshake.control(Control(enable=True, trigger=True, part_id=77))
    status = of(handshake)
    assert (status.ready, status.trigger_ack, status.acquiring, status.triggers) == (False, True, True, 1)
    handshake.control(Control(enable=True))
    status = of(handshake)
    assert (status.trigger_ack, status.ready) == (False, False), "the picture is still to be taken"
    handshake.station(running=True, pictured=1)
    assert of(handshake).ready
    handshake.result(1, Verdict.PASS, 0)
    assert of(handshake).valid
    assert of(handshake).result == Told(1, 77, 1, 0)
    handshake.control(Control(enable=True, result_ack=True))
    assert not of(handshake).valid
    assert of(handshake).result == Told()


def test_a_trigger_too_early_is_counted_and_brings_no_result() -> None:
    handshake = ready()
    trigger(handshake, 1)
    trigger(handshake, 2)
    assert (of(handshake).triggers, of(handshake).missed, of(handshake).waiting) == (1, 1, 1)


def test_a_trigger_without_enable_or_with_a_station_that_fails_is_counted() -> None:
    handshake = ready()
    handshake.control(Control(enable=False))
    handshake.control(Control(enable=False, trigger=True))
    handshake.control(Control(enable=True))
    handshake.station(running=False, pictured=0)
    trigger(handshake, 1)
    assert (of(handshake).triggers, of(handshake).missed) == (0, 2)


def test_enable_and_trigger_that_rise_together_are_too_early() -> None:
    handshake = Handshake()
    handshake.station(running=True, pictured=0)
    handshake.control(Control(enable=True, trigger=True))
    assert (of(handshake).triggers, of(handshake).missed) == (0, 1)


def test_an_acknowledgement_that_never_falls_takes_no_result() -> None:
    handshake = ready()
    trigger(handshake, 5)
    handshake.control(Control(enable=True, result_ack=True))
    handshake.result(1, Verdict.PASS, 0)
    assert not of(handshake).valid
    assert of(handshake).waiting == 1
    handshake.control(Control(enable=True))
    assert of(handshake).result.part_id == 5


def test_results_come_in_the_order_of_their_triggers() -> None:
    handshake = ready()
    trigger(handshake, 10)
    handshake.station(running=True, pictured=1)
    trigger(handshake, 20)
    handshake.result(2, Verdict.PASS, 0)
    assert not of(handshake).valid
    handshake.result(1, Verdict.REJECT, 20)
    assert of(handshake).result == Told(1, 10, 2, 20)


def test_a_result_that_the_plant_has_seen_stands_and_one_that_it_has_not_is_replaced() -> None:
    handshake = ready()
    trigger(handshake, 10)
    handshake.station(running=True, pictured=1)
    trigger(handshake, 20)
    for verdict, reason in ((Verdict.PASS, 0), (Verdict.REJECT, 17)):
        handshake.result(2, verdict, reason)
    for verdict, reason in ((Verdict.REJECT, 20), (Verdict.PASS, 0)):
        handshake.result(1, verdict, reason)
    assert of(handshake).result == Told(1, 10, 2, 20)
    handshake.control(Control(enable=True, result_ack=True))
    handshake.control(Control(enable=True))
    assert of(handshake).result == Told(2, 20, 2, 17)


class Line(RuleBasedStateMachine):
    """A plant and a station that do whatever comes to their minds, beside a list of what has to come out."""

    def __init__(self) -> None:
        super().__init__()
        self.handshake = Handshake()
        self.plant = Control()
        self.raised = 0
        self.taken: list[int] = []  # part ids of triggers, by number
        self.judged: dict[int, Verdict] = {}
        self.acknowledged: list[Told] = []
        self.shown: Told | None = None

    @rule(
        enable=st.none() | st.booleans(),
        trigger=st.none() | st.booleans(),
        ack=st.none() | st.booleans(),
        part_id=st.none() | st.integers(0, 2**32 - 1),
    )
    def say(self, enable: bool | None, trigger: bool | None, ack: bool | None, part_id: int | None) -> None:
        said = {"enable": enable, "trigger": trigger, "result_ack": ack, "part_id": part_id}
        control = replace(self.plant, **{name: value for name, value in said.items() if value is not None})  # type: ignore[arg-type]
        before = self.handshake.status
        self.handshake.control(control)
        after = self.handshake.status
        if control.trigger and not self.plant.trigger:
            self.raised += 1
            if after.triggers != before.triggers:
                assert before.ready
                self.taken.append(control.part_id)
        if control.result_ack and not self.plant.result_ack and before.valid:
            self.acknowledged.append(before.result)
        self.plant = control

    @rule(running=st.booleans(), back=st.integers(0, 3))
    def run(self, running: bool, back: int) -> None:
        self.handshake.station(running=running, pictured=max(0, len(self.taken) - back))

    @precondition(lambda self: len(self.judged) < len(self.taken))
    @rule(data=st.data(), verdict=st.sampled_from(Verdict))
    def judge(self, data: st.DataObject, verdict: Verdict) -> None:
        open_parts = [one for one in range(1, len(self.taken) + 1) if one not in self.judged]
        number = data.draw(st.sampled_from(open_parts))
        self.judged[number] = verdict
        self.handshake.result(number, verdict, 0)

    @invariant()
    def every_trigger_was_taken_or_counted(self) -> None:
        status = self.handshake.status
        assert status.triggers == len(self.taken)
        assert status.triggers + status.missed == self.raised

    @invariant()
    def nothing_is_lost_and_no_more_than_the_buffer_waits(self) -> None:
        status = self.handshake.status
        assert len(self.acknowledged) + status.waiting == len(self.taken)
        assert status.waiting <= BUFFER
        assert not (status.ready and status.waiting == BUFFER)

    @invariant()
    def results_are_right_in_order_and_held(self) -> None:
        for number, told in enumerate(self.acknowledged, 1):
            assert (told.number, told.part_id) == (number, self.taken[number - 1])
            assert told.verdict == VERDICT_CODES[self.judged[number]]
        status = self.handshake.status
        if status.valid:
            assert status.result.number == len(self.acknowledged) + 1
        else:
            assert status.result == Told()
            due = self.judged.get(len(self.acknowledged) + 1)
            assert due is None or self.plant.result_ack, "a result that is due is shown"

    @invariant()
    def no_pass_is_told_that_was_not_given(self) -> None:
        told = self.handshake.status.result
        assert told.verdict != 1 or self.judged[told.number] is Verdict.PASS


TestLine = Line.TestCase
