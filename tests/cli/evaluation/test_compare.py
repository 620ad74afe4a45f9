"""tenfold compare, with classifiers that see colours and one that takes green for blue."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tenfold.errors import ModelFileError
from tenfold.modelfile import ClassName
from tests.cli.conftest import Command
from tests.fakes import INFO, LABELS, FakeClassifier
from tests.runs import run_folders

COLOURS = {"red": (230, 20, 20), "green": (20, 230, 20), "blue": (20, 20, 230)}


class Blind(FakeClassifier):
    """Takes green for blue."""

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        probabilities, *rest = super().raw(inputs)
        probabilities = probabilities.copy()
        green = probabilities.argmax(axis=1) == 1
        probabilities[green] = probabilities[green][:, [0, 2, 1]]
        return probabilities, *rest


def model(path: Any = None, *, threads: int = 0) -> FakeClassifier:
    """The model file of that name: "blind" and "other" are, besides the one that sees."""
    name = Path(path or "photo").stem
    if name == "missing":
        raise ModelFileError(f"The model file {path}", "cannot be read")
    made = Blind() if name == "blind" else FakeClassifier()
    if name == "other":
        made.info = type(INFO)(
            **{**vars(INFO), "classes": tuple(ClassName(c) for c in ("red", "green", "pink"))}
        )
    made.path = str(path)
    return made


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of 20 pictures of each colour, and models that need no file."""
    monkeypatch.setattr("tenfold.inference.Classifier", model)
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (tmp_path / "colours" / name).mkdir(parents=True)
        for number in range(20):
            pixels = np.clip(np.array(colour) + random.integers(-20, 20, (8, 8, 3)), 0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "colours" / name / f"{number}.png")
    return tmp_path / "colours"


def test_two_models_are_compared_in_a_table_and_a_sentence(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("compare", "blind.onnx", "photo", "--data", "colours", "--split", "all")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["blind.onnx", "photo"]
    assert lines[1].split() == ["accuracy", "66.67%", "100.00%"]
    sentence = "photo is better than blind.onnx: by 33.3 points, 95 % interval 21.1 to 45.9"
    assert sentence in lines
    assert lines[-2:] == ["  McNemar's test: mid-p < 0.0001", "Page: comparison.html"]
    page = (tmp_path / "comparison.html").read_text()
    assert sentence in page
    assert "photo right, blind.onnx wrong: 20" in page


def test_figures_of_few_pictures_are_not_left_to_speak_for_themselves(
    tenfold: Command, colours: Path, tmp_path: Path
) -> None:
    for place in colours.rglob("*.png"):
        if int(place.stem) > 4:
            place.unlink()
    asked = ("compare", "blind.onnx", "bundled", "--data", "colours", "--split", "all")
    told = tenfold(*asked).out
    assert "Too few pictures for figures of one class to mean much: red (5), green (5), blue (5)." in told
    assert "blind.onnx: 15 is too small a number for this to mean much" in told
    assert "15 is too small a number for this to mean much" in (tmp_path / "comparison.html").read_text()
    models = json.loads(tenfold(*asked, "--json").out)["models"]
    kinds = [one["kind"] for one in models["blind.onnx"]["caveats"]]
    assert kinds == ["few-pictures", "small-classes"]


def test_the_figures_are_there_for_programs_and_the_page_elsewhere(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold(
        "compare",
        "blind.onnx",
        "photo",
        "--data",
        "colours",
        "--split",
        "all",
        "--json",
        "-o",
        "out/c.html",
    )
    facts = json.loads(outcome.out)
    assert facts["pictures"] == 60
    assert facts["differences"][0]["better"] == "photo"
    assert facts["models"]["photo"]["accuracy"] == 1.0
    assert facts["models"]["blind.onnx"]["bytes"] == 1234
    assert outcome.err == "Page: out/c.html\n"
    assert (tmp_path / "out" / "c.html").is_file()


def test_no_page_leaves_none(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("compare", "blind.onnx", "photo", "--data", "colours", "--no-page")
    assert outcome.status == 0
    assert "Page" not in outcome.out
    assert not (tmp_path / "comparison.html").exists()


def test_runs_bring_their_data_and_their_curves(tenfold: Command, own_home: Path, colours: Path) -> None:
    run_folders.make(own_home / "runs" / "first", source=str(colours), model=True, done=4)
    blind = run_folders.make(own_home / "runs" / "second", source=str(colours), done=2)
    (blind / "blind.onnx").touch()
    outcome = tenfold("compare", "first", blind / "blind.onnx", "--split", "all")
    assert (outcome.status, outcome.err) == (0, "")
    rows = {line[:20].strip(): line[20:].split() for line in outcome.out.splitlines()}
    assert rows["epochs"] == ["4", "2"]
    assert rows["training time"] == ["0:03:20", "0:01:40"]
    assert rows["validation accuracy"][0] == "▁▆██"
    page = Path("comparison.html").read_text()
    assert "Accuracy on validation pictures" in page
    assert "epoch 2: first 76.47%, blind.onnx 76.47%" in page


def test_runs_without_a_model_file_are_compared_by_their_curves(
    tenfold: Command, own_home: Path, tmp_path: Path
) -> None:
    for name, done in (("first", 2), ("second", 3)):
        run_folders.make(own_home / "runs" / name, done=done)
    outcome = tenfold("compare", "first", "second")
    assert outcome.status == 0
    assert outcome.err == (
        "first has no model file yet: only its curves are compared.\n"
        "second has no model file yet: only its curves are compared.\n"
    )
    assert "accuracy  " not in outcome.out.splitlines()[1]
    assert "only their curves are compared" in (tmp_path / "comparison.html").read_text()


@pytest.mark.parametrize("subjects", [[], ["photo"]])
def test_fewer_than_two_are_no_comparison(tenfold: Command, subjects: list[str]) -> None:
    outcome = tenfold("compare", *subjects)
    assert outcome.status == 2
    assert outcome.err == (
        f"tenfold: A comparison needs two model files or runs, or more ({(subjects or ['none'])[0]}). "
        "`tenfold runs` lists the runs; bundled models are photo, cifar10, cifar10-small, watch.\n"
    )


def test_models_of_different_classes_are_told(tenfold: Command) -> None:
    outcome = tenfold("compare", "photo", "other.onnx", "--data", "colours")
    assert outcome.status == 1
    assert outcome.err == (
        "tenfold: photo and other.onnx know different classes, so they cannot be compared on the same "
        "pictures (only photo: blue; only other.onnx: pink). Compare models of the same classes.\n"
    )


def test_runs_of_different_data_need_to_be_told_which(
    tenfold: Command, tmp_path: Path, colours: Path
) -> None:
    run_folders.make(tmp_path / "one", source=str(colours))
    run_folders.make(tmp_path / "two")
    outcome = tenfold("compare", "one", "two")
    assert outcome.status == 2
    assert outcome.err == (
        "tenfold: These runs were trained on different data, so it is not clear what to compare them on "
        f"(one: {colours}; two: cifar10). Name the data with --data.\n"
    )


def test_a_model_file_that_is_not_there_is_told(tenfold: Command) -> None:
    outcome = tenfold("compare", "photo", "missing.onnx")
    assert outcome.status == 1
    assert outcome.err == "tenfold: The model file missing.onnx cannot be read.\n"


def test_a_folder_that_is_no_run_is_told(tenfold: Command, colours: Path) -> None:
    outcome = tenfold("compare", "photo", colours)
    assert outcome.status == 1
    assert f"tenfold: The folder {colours} holds no training run" in outcome.err


@pytest.mark.parametrize(
    ("subjects", "names"),
    [
        (["a.onnx", "b.onnx"], ["a.onnx", "b.onnx"]),
        (["runs/one", "runs/two/model.onnx"], ["one", "two"]),
        (["x/m.onnx", "y/m.onnx"], ["x/m.onnx", "y/m.onnx"]),
        (["photo", "photo"], ["photo (1)", "photo (2)"]),
        (["model.onnx", "m.onnx"], ["model.onnx", "m.onnx"]),
    ],
)
def test_each_has_a_short_name_of_its_own(subjects: list[str], names: list[str]) -> None:
    from tenfold.cli.evaluation.compare import _names

    assert _names(subjects) == names


def test_the_colours_are_those_of_the_fake() -> None:
    assert tuple(COLOURS) == LABELS
