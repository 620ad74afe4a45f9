"""The comparison with Keras: who runs, what is repeated, and what stands in the table."""

from pathlib import Path

import pytest

from benchmarks.training import keras_speed
from benchmarks.training.keras_speed import FLOAT, HALF, WAYS, Way, between, measure, rows

SECONDS = {"tenfold": 2.0, "Keras": 3.0}


def seconds(way: Way) -> float:
    """What a way takes here: compiled is slow, several steps in a call are quick."""
    return SECONDS[way.who] * (4 if way.compiled else 1) - 0.5 * (way.steps_in_a_call > 1)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The ways that were run, with their interpreters, instead of running them."""
    done: list[tuple[str, str]] = []

    def run(python: str, way: Way, file: Path, epochs: int) -> list[float]:
        done.append((python, way.name))
        return [seconds(way)] * epochs

    monkeypatch.setattr(keras_speed, "in_process", run)
    monkeypatch.setattr(keras_speed, "save_pictures", lambda file, count: None)
    return done


def test_the_ways_take_turns_and_slow_ones_are_not_repeated(ran: list[tuple[str, str]]) -> None:
    times = measure("keras-python", 640, epochs=2, repeats=3)
    assert [name for _, name in ran[: len(WAYS)]] == list(WAYS)
    assert {python for python, name in ran if name.startswith("Keras")} == {"keras-python"}
    assert all(python != "keras-python" for python, name in ran if name.startswith("tenfold"))
    assert {len(runs) for way, runs in times.items() if not way.compiled} == {3}
    assert {len(runs) for way, runs in times.items() if way.compiled} == {1}


def test_tenfold_stands_beside_keras_s_fastest_way_in_the_same_format(ran: list[tuple[str, str]]) -> None:
    found = rows(measure("keras-python", 640, epochs=2, repeats=3), 640, "Keras 3")
    first, *_ = found
    assert first["what"] == "An epoch of `sequential-6conv`, 640 pictures with shifts and flips, float32"
    assert first["value"] == "2.00 s ± 0.00 s"
    assert first["n"] == "3 processes, 2 epochs each"
    assert first["peer"] == "Keras 3, not compiled, 16 steps a call: 2.50 s ± 0.00 s, 1.25 times as long"
    shown = [row for row in found if row["peer"]]
    assert [row["what"].rpartition(", ")[2] for row in shown] == [FLOAT, HALF, FLOAT, HALF]
    assert len(found) == len(WAYS)


def test_the_first_epoch_is_not_counted() -> None:
    assert between([10.0, 15.0, 17.0, 18.5]) == [2.0, 1.5]
