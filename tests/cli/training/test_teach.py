"""tenfold teach: from a folder to a model file that classifies."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run
from tenfold.teaching import own_sample
from tests.environment.disks import fill, small_disk
from tests.teaching import backbone

RED, BLUE = (200, 60, 60), (60, 60, 200)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / "home"))
    random = np.random.default_rng(1)
    for label, colour in (("red", RED), ("blue", BLUE)):
        (tmp_path / "own" / label).mkdir(parents=True)
        for number in range(5):
            pixels = (np.array(colour) + random.integers(-30, 30, (48, 64, 3))).clip(0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "own" / label / f"{number}.png")
    return tmp_path / "own"


def test_a_folder_becomes_a_model_that_classifies(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "red" / "broken.jpg").write_bytes(b"no picture")
    source, target = backbone.write(tmp_path / "backbone.onnx"), tmp_path / "mine.onnx"
    assert run(["teach", str(own), "--backbone", str(source), "-o", str(target)]) == 0
    said = capsys.readouterr().out
    assert "Learned from 10 pictures: blue 5, red 5." in said
    assert "1 file gave no picture." in said
    assert "Told apart, cross-validated: 100.00%" in said
    assert run(["classify", "--model", str(target), str(own / "red" / "0.png")]) == 0
    assert "red" in capsys.readouterr().out
    assert run(["model", "show", str(target)]) == 0
    shown = capsys.readouterr().out
    assert "cross-validation, accuracy" in shown
    assert "pictures, red" in shown
    assert "Beside it: mine-own.npz" in said
    found = own_sample.load(tmp_path / "mine-own.npz")
    assert (len(found.learn), len(found.test)) == (7, 3)


def test_a_class_with_one_picture_is_refused(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(1, 5):
        (own / "red" / f"{number}.png").unlink()
    source = backbone.write(tmp_path / "backbone.onnx")
    assert run(["teach", str(own), "--backbone", str(source)]) == 1
    assert "The class red has 1 picture. Give it 2 at least" in capsys.readouterr().err


def test_a_model_without_a_backbone_is_refused(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = backbone.write(tmp_path / "other.onnx", cells="others")
    assert run(["teach", str(own), "--backbone", str(source), "-o", str(tmp_path / "x.onnx")]) == 1
    assert "has no backbone to teach" in capsys.readouterr().err
    assert not (tmp_path / "x.onnx").exists()


def test_frames_of_one_recording_are_held_out_together(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Each recording is the same picture five times: whoever learns from one frame knows the others.
    for label in ("red", "blue"):
        for file in (own / label).iterdir():
            file.unlink()
        for recording in range(4):
            pixels = np.random.default_rng([recording, label == "red"]).integers(0, 256, (32, 32, 3))
            (own / label / str(recording)).mkdir()
            for frame in range(5):
                Image.fromarray(pixels.astype(np.uint8)).save(own / label / str(recording) / f"{frame}.png")
    source, target = backbone.write(tmp_path / "backbone.onnx"), tmp_path / "mine.onnx"
    assert run(["teach", str(own), "--backbone", str(source), "-o", str(target)]) == 0
    assert "Told apart, cross-validated: 100" not in capsys.readouterr().out


def test_on_a_full_disk_it_says_so_and_leaves_no_half_model(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = backbone.write(tmp_path / "backbone.onnx")
    with small_disk(tmp_path / "disk", "4m") as disk:
        target = disk / "mine.onnx"
        words = ["teach", str(own), "--backbone", str(source), "-o", str(target)]
        assert run(words) == 0
        before = {file.name: file.read_bytes() for file in disk.iterdir()}
        filling = fill(disk)
        Image.new("RGB", (64, 48), RED).save(own / "red" / "more.png")
        assert run(words) == 1
        assert "no space left" in capsys.readouterr().err.lower()
        assert {f.name: f.read_bytes() for f in disk.iterdir() if f != filling} == before, "the old one stays"
        filling.unlink()
        assert run(words) == 0
        assert target.read_bytes() != before["mine.onnx"]


def test_where_pictures_that_are_kept_find_no_room_it_says_so_and_writes_no_model(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = backbone.write(tmp_path / "backbone.onnx"), tmp_path / "mine.onnx"
    with small_disk(tmp_path / "disk", "1m") as disk:
        monkeypatch.setenv("TENFOLD_HOME", str(disk / "home"))
        filling = fill(disk)
        words = ["teach", str(own), "--backbone", str(source), "-o", str(target)]
        assert run(words) == 1
        assert "no space left" in capsys.readouterr().err.lower()
        assert not target.exists()
        filling.unlink()
        assert run(words) == 0
