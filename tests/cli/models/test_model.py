"""tenfold model show."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tenfold import modelfile
from tests.cli.conftest import Command
from tests.fakes import INFO


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    path = tmp_path / "colours.onnx"
    modelfile.write(path, b"network", INFO)
    return path


def test_a_model_file_is_shown_to_a_person(tenfold: Command, colours: Path) -> None:
    outcome = tenfold("model", "show", colours)
    assert outcome.status == 0
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    for line in (
        "model colours, 3 classes",
        "licence Apache-2.0",
        "made by tenfold 0.1.0",
        "classes red, green, blue",
        "none of these above a novelty of 0.5; keeps 95% of known pictures",
        "pixels 32 x 32, resized by bilinear",
        "views whole",
        "languages en, ru, uk",
        "test, accuracy 94.50% (95% interval 94.04% to 94.93%, n = 10,000)",
        "test, calibration error 0.0061",
        "epochs 3",
        "stages epochs 2, side 24; epochs 1, side 32",
        f"sha256 {sha256(colours.read_bytes()).hexdigest()}",
    ):
        assert line in lines


def test_a_model_file_is_shown_to_a_program(tenfold: Command, colours: Path) -> None:
    shown = json.loads(tenfold("model", "show", "--json", colours).out)
    assert shown["file"] == str(colours)
    assert shown["bytes"] == colours.stat().st_size
    assert shown["sha256"] == sha256(colours.read_bytes()).hexdigest()
    assert {key: shown[key] for key in INFO.to_dict()} == json.loads(json.dumps(INFO.to_dict()))


def test_numbers_that_follow_each_other_are_shown_as_first_to_last(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "folds.onnx"
    folds = {"dog": [*range(998, 1003), 1005, 1006], "deer": [351, 353], "shares": [1, 2.5, True, "x"]}
    modelfile.write(path, b"network", replace(INFO, network={"folds": folds}))
    lines = [" ".join(line.split()) for line in tenfold("model", "show", path).out.splitlines()]
    assert "folds, dog 998 to 1,002; 1,005; 1,006" in lines
    assert "folds, deer 351; 353" in lines
    assert "folds, shares 1; 2.5; yes; x" in lines


def test_what_has_to_be_known_beside_the_figures_is_said(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    notes = [{"kind": "few-pictures", "sentence": "9 pictures are too few."}]
    sure = [{"kind": "perfect-validation", "sentence": "All 8 were classified correctly."}]
    scores = {"test": {"accuracy": 0.5, "caveats": notes}, "validation": {"caveats": sure}}
    modelfile.write(path, b"network", replace(INFO, scores=scores))
    lines = [" ".join(line.split()) for line in tenfold("model", "show", path).out.splitlines()]
    assert "test, note 9 pictures are too few." in lines
    assert "validation, note All 8 were classified correctly." in lines


@pytest.mark.parametrize(
    "scores",
    [
        {"test": 3},
        {"test": [None]},
        {"test": {"accuracy": "x", "accuracy_low": "", "accuracy_high": [], "pictures": {}}},
        {"test": {"caveats": 7}},
        {"test": {"caveats": [7, {"sentence": 8}]}},
    ],
)
def test_scores_of_any_shape_are_shown_without_a_fault(
    tenfold: Command, tmp_path: Path, scores: dict[str, object]
) -> None:
    modelfile.write(tmp_path / "odd.onnx", b"network", replace(INFO, scores=scores))
    assert tenfold("model", "show", tmp_path / "odd.onnx").status == 0


def test_without_a_file_it_is_the_model_that_the_settings_name(
    tenfold: Command, colours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENFOLD_MODEL", str(colours))
    assert "colours, 3 classes" in tenfold("model", "show").out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "was not made by tenfold (it starts with b'hello')"),
        (b"", "was not made by tenfold (it is empty)"),
    ],
)
def test_a_file_that_is_no_model_is_told(
    tenfold: Command, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    outcome = tenfold("model", "show", path)
    assert outcome.status == 1
    assert outcome.err.startswith(f"tenfold: The model file {path} {message}.")


def test_a_damaged_model_file_is_told(tenfold: Command, colours: Path) -> None:
    content = bytearray(colours.read_bytes())
    content[content.index(b"network" + b"r")] ^= 1  # in the network, after the facts
    colours.write_bytes(content)
    outcome = tenfold("model", "show", colours)
    assert outcome.status == 1
    assert "is damaged: its content does not match its seal" in outcome.err
