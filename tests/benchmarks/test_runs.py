"""The commands by which the bundled models were made are of programs that are there."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tenfold.modelfile import BUNDLED
from tests.paths import ROOT

RUNS = sorted((ROOT / "benchmarks" / "runs").glob("*.sh"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("script", RUNS, ids=lambda one: one.name)
def test_a_script_can_be_read_and_names_what_there_is(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    text = script.read_text(encoding="utf-8")
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert find_spec(module), module


def test_each_bundled_model_has_its_command() -> None:
    text = (ROOT / "benchmarks" / "runs" / "bundled.sh").read_text(encoding="utf-8")
    for name in BUNDLED:
        assert f'"$models/{name}.onnx"' in text
