"""The example that draws augmentation: a row for each setting, and a plain word where one cannot be used."""

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.paths import ROOT

EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.train


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "draw_augmentation.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_each_setting_has_a_row_and_all_have_one_together(tmp_path: Path) -> None:
    done = run(EXAMPLES / "pictures" / "ship.png", tmp_path / "sheet.png", "flip=alternating", "cutout=0.5")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("sheet.png: flip=alternating, cutout=0.5, and all together")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (3 * 96 + 2 * 4, 10 * 96 + 9 * 4, 3)
    first, second = sheet[:96, :96], sheet[:96, 100:196]
    assert np.array_equal(first, second[:, ::-1])
    hidden = (sheet == 120).all(axis=2)
    assert [int(hidden[top : top + 96].sum()) >= 10 * 48 * 48 for top in (0, 100, 200)] == [False, True, True]


def test_a_setting_out_of_range_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = [EXAMPLES / "pictures" / "ship.png", tmp_path / "sheet.png", "rotate=400"]
    monkeypatch.setattr(sys, "argv", ["draw_augmentation.py", *map(str, arguments)])
    with pytest.raises(SystemExit, match=r"augmentation\.rotate is 400; it can be 0 to 180\."):
        runpy.run_path(str(EXAMPLES / "draw_augmentation.py"), run_name="__main__")
    assert not (tmp_path / "sheet.png").exists()
