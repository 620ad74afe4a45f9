"""The three commands of docs/tutorial/own-pictures.md, as a stranger runs them on a folder of pictures."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from PIL import Image

from tests import tiny
from tests.cli.commands import accepted
from tests.paths import ROOT

pytestmark = pytest.mark.train
SMALL = ["--set", "options.widths=[8, 16, 16]", "--epochs", "8"]


def tenfold(where: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tenfold", *arguments],
        cwd=where,
        env={**os.environ, "TENFOLD_HOME": str(where / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_becomes_a_model_its_report_and_the_page_serving_it(tmp_path: Path) -> None:
    pictures = tiny.folder(tiny.shades(90, classes=3, side=48), tmp_path / "pictures")
    (pictures / "class 1" / "notes.txt").write_text("not a picture")

    said = tenfold(tmp_path, "train", "--data", "pictures/", "--run", "mine", *SMALL)
    assert "Model file: mine/model.onnx" in said
    assert "Report: mine/report.html" in said

    tenfold(tmp_path, "evaluate", "mine/model.onnx", "--no-robustness")
    facts = json.loads((tmp_path / "report.json").read_text())
    assert facts["data"]["pictures"] == 12
    assert facts["accuracy"] > 0.6
    assert list(facts["classes"]) == ["class 0", "class 1", "class 2"]

    server = subprocess.Popen(
        [sys.executable, "-m", "tenfold", "serve", "--model", "mine/model.onnx", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "TENFOLD_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
        bright = tmp_path / "bright.png"
        Image.fromarray(np.full((48, 48, 3), 156, np.uint8)).save(bright)
        request = urllib.request.Request(
            f"{address.rstrip('/')}/api/v1/classify", bright.read_bytes(), {"Content-Type": "image/png"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            (result,) = json.load(answer)["results"]
        assert set(result["prediction"]["probabilities"]) == {"class 0", "class 1", "class 2"}
        assert result["prediction"]["label"] == "class 2"
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_the_page_says_what_is_run_here() -> None:
    page = (ROOT / "docs/tutorial/own-pictures.md").read_text(encoding="utf-8")
    commands = re.findall(r"^tenfold (.*)$", page, re.MULTILINE)
    assert {
        "train --data pictures/ --run mine",
        "evaluate mine/model.onnx",
        "serve --model mine/model.onnx",
    } <= set(commands)
    for words in commands:
        accepted(words.split())
