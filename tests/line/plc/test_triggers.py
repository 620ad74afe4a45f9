"""Triggers beside the plant's photo-eye: counts of the encoder, by hand, without a PLC."""

import time

import pytest

from tenfold.errors import LineError
from tenfold.line.plc.signals import REMEMBERED, Inputs, Outputs
from tenfold.line.plc.triggers import NoPlant, OwnGateEye, OwnTriggers

NONE = (0,) * REMEMBERED


class Encoder:
    """A plant of which only the encoder moves; its photo-eye counts too, and has to be passed over."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.closed = False

    def exchange(self, outputs: Outputs) -> Inputs:
        return Inputs(self.count % (1 << 32), 99, (7,) * REMEMBERED, 5, NONE, 1)

    def close(self) -> None:
        self.closed = True


def came(triggers: OwnTriggers) -> int:
    return triggers.exchange(Outputs()).triggers


def test_a_part_comes_every_so_many_counts_also_where_the_encoder_wraps() -> None:
    encoder = Encoder((1 << 32) - 250)
    triggers = OwnTriggers(encoder, every=100)
    assert came(triggers) == 0
    encoder.count += 99
    assert came(triggers) == 0
    encoder.count += 211  # three parts in one reading, over the wrap
    found = triggers.exchange(Outputs())
    assert found.triggers == 3
    assert [found.trigger_counts[one % REMEMBERED] for one in (1, 2, 3)] == [
        (1 << 32) - 150,
        (1 << 32) - 50,
        50,
    ]
    assert found.rejects == 5


def test_a_belt_that_runs_back_brings_no_part_twice() -> None:
    encoder = Encoder(1000)
    triggers = OwnTriggers(encoder, every=100)
    came(triggers)
    for count, parts in ((1100, 1), (1000, 1), (1150, 1), (1200, 2)):
        encoder.count = count
        assert came(triggers) == parts


def test_a_part_by_hand_is_where_the_encoder_is_at_the_next_exchange() -> None:
    encoder = Encoder(40)
    triggers = OwnTriggers(encoder)
    triggers.trigger()
    triggers.trigger()
    encoder.count = 45
    found = triggers.exchange(Outputs())
    assert (found.triggers, found.trigger_counts[1], found.trigger_counts[2]) == (2, 45, 45)
    assert came(triggers) == 2
    triggers.close()
    assert encoder.closed


def test_a_second_photo_eye_counts_beside_the_plc_and_while_it_is_away_the_plant_is_lost() -> None:
    encoder = Encoder(40)
    eye = OwnGateEye(encoder)
    eye.trigger()
    encoder.count = 45
    found = eye.exchange(Outputs())
    assert (found.gate_parts, found.gate_counts[1], found.triggers) == (1, 45, 99)
    eye.works = lambda: False
    with pytest.raises(LineError, match="The second photo-eye does not tell what it sees"):
        eye.exchange(Outputs())
    eye.works = lambda: True
    assert eye.exchange(Outputs()).gate_parts == 1
    eye.close()
    assert encoder.closed


def test_without_a_plc_the_encoder_counts_milliseconds_and_the_heartbeat_moves() -> None:
    plant = NoPlant()
    first = plant.exchange(Outputs())
    time.sleep(0.12)
    second = plant.exchange(Outputs())
    assert 110 <= second.encoder - first.encoder < 5000
    assert first.heartbeat != second.heartbeat
