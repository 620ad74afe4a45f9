"""A model is tried before it is relied on, where it can do no harm."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.inference.trial import try_out
from tenfold.modelfile import ClassName
from tests import tiny
from tests.paths import DATA


@pytest.mark.parametrize("path", [tiny.MODEL, modelfile.bundled()])
def test_a_model_that_keeps_its_promises_passes(path: Path) -> None:
    try_out(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": tuple(map(ClassName, "abc"))}, r"outputs \(1, 10\).* for 3 classes"),
        ({"input_size": 40}, "Got invalid dimensions|dimension"),
    ],
)
def test_one_that_does_not_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    path = tiny.variant(tmp_path / "lying.onnx", **changes)
    with pytest.raises(ModelFileError, match=f"does not answer as its facts promise .*({words})"):
        try_out(path)


def test_what_is_wrong_with_the_file_is_told_as_ever(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as here:
        modelfile.read(tmp_path / "none.onnx")
    with pytest.raises(ModelFileError) as tried:
        try_out(tmp_path / "none.onnx")
    assert str(tried.value) == str(here.value)


@pytest.mark.slow
def test_a_model_that_computes_for_ever_is_refused_in_time() -> None:
    started = time.monotonic()
    with pytest.raises(ModelFileError, match=r"promise \(it took longer than 5 s"):
        try_out(DATA / "model-endless-loop.onnx", seconds=5)
    assert time.monotonic() - started < 15


def test_a_model_that_asks_for_two_gigabytes_is_refused_without_them(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ModelFileError, match=r"\.onnx (does not answer|cannot be run)"):
        try_out(DATA / "model-2-gigabytes.onnx")
    assert capfd.readouterr() == ("", ""), "no native library writes to the terminal"


@pytest.mark.slow
def test_a_trial_ends_though_its_parent_is_gone(tmp_path: Path) -> None:
    """The parent is killed in the middle; two seconds later nothing of the trial is left."""
    loop = DATA / "model-endless-loop.onnx"
    code = (
        "from pathlib import Path; from tenfold.inference.trial import try_out; "
        f"try_out(Path({str(loop)!r}), seconds=4)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    child = 0
    end = time.monotonic() + 20
    while not child and time.monotonic() < end:
        found = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        child = int(found[0]) if found else 0
        time.sleep(0.05)
    assert child
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while Path(f"/proc/{child}").exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not Path(f"/proc/{child}").exists()
