"""The number format is timed, the device is checked, and a machine that cannot is told."""

import ctypes
import sys

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.errors import TrainingError
from tenfold.training import precision

pytestmark = pytest.mark.train
CPU = torch.device("cpu")
FLOAT, HALF = torch.float32, torch.bfloat16


def test_a_named_device_is_taken() -> None:
    assert precision.choose_device("cpu") == CPU
    assert precision.choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["toaster", "cuda:99"])
def test_a_device_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(TrainingError) as caught:
        precision.choose_device(name)
    assert str(caught.value).startswith(f"The device '{name}' cannot be used here (")
    assert str(caught.value).endswith("Use --device cpu, or leave it out.")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "format"), [("float32", FLOAT), ("bfloat16", HALF)])
def test_a_named_format_is_taken(name: str, format: torch.dtype) -> None:  # noqa: A002
    assert precision.choose_precision(name, CPU) == format


@pytest.mark.parametrize(("half_seconds", "chosen"), [(0.5, HALF), (0.69, HALF), (0.9, FLOAT), (18.0, FLOAT)])
def test_auto_takes_half_precision_only_where_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, half_seconds: float, chosen: torch.dtype
) -> None:
    times = {FLOAT: 1.0, HALF: half_seconds}
    monkeypatch.setattr(precision, "_time_convolution", lambda dtype, device: times[dtype])
    assert precision.choose_precision("auto", CPU) == chosen


def test_both_formats_can_be_timed_here() -> None:
    assert precision.choose_precision("auto", CPU) in (FLOAT, HALF)


def test_keeping_memory_is_left_out_where_the_system_has_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def system(name: object) -> object:
        asked.append(name)
        return object()

    monkeypatch.setattr(ctypes, "CDLL", system)
    precision.keep_freed_memory()
    assert asked == ([None] if sys.platform.startswith("linux") else [])
    monkeypatch.setattr(sys, "platform", "win32")
    precision.keep_freed_memory()
    assert len(asked) <= 1
