"""tenfold evaluate, on a CIFAR-10 of a few pictures and on own folders, with small models."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.cli.evaluation.evaluate import as_text
from tenfold.datasets import cifar10
from tenfold.evaluation.evaluate import evaluate
from tenfold.inference import Classifier
from tests import tiny
from tests.cli.conftest import Command
from tests.datasets.making import picture
from tests.evaluation.report.conftest import ManyColours, evaluated_model, numbered
from tests.fakes import FakeClassifier
from tests.runs import run_folders


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports go into the current folder: let that be an empty one."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return tiny.write(tiny.small_cifar10(tmp_path, monkeypatch, records=40), tmp_path / "data")


@pytest.fixture
def colour_folder(tmp_path: Path) -> Path:
    """A folder of two of the three colours, in parts; its pictures are larger than the model's."""
    random = np.random.default_rng(0)
    for part, count in (("train", 6), ("val", 3), ("test", 4)):
        for name, channel in (("blue", 2), ("red", 0)):
            folder = tmp_path / "colours" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(0, 60, (40, 50, 3))
                pixels[..., channel] += 150
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
    return tmp_path / "colours"


def test_the_figures_are_printed_for_a_person(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--no-report")
    expected = evaluate(Classifier(tiny.MODEL), cifar10.load_test(data_dir))
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0] == f"Accuracy             {expected.accuracy}"
    assert lines[0].endswith("n = 40)")
    assert lines[1] == f"Top-5 accuracy       {expected.top5}"
    assert lines[2] == f"Calibration error    {expected.calibration_error:.2%}"
    assert lines[4] == f'Not "none of these"  {expected.kept}'
    cat, macro = expected.classes["cat"], expected.macro
    assert f"cat               {cat.precision:>9.2%}  {cat.recall:>7.2%}  {cat.f1:>7.2%}         4" in lines
    assert (
        f"macro average     {macro.precision:>9.2%}  {macro.recall:>7.2%}  {macro.f1:>7.2%}        40"
        in lines
    )
    assert lines[-11].split() == [name[:6] for name in cifar10.CLASSES]
    assert [int(word) for word in lines[-1].split()[1:]] == expected.confusion[9].tolist()
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("names", "split", "count"),
    [
        (["cat/0.png", "ship/0.png", "ship/1.png"], "all", 3),  # too few to be split
        (["truck/0.png", "truck/1.png"], "all", 2),  # one class
        (["test/cat/0.png", "test/ship/0.png"], "test", 2),  # nothing to learn from
        (["train/cat/0.png", "test/cat/0.png", "test/ship/0.png"], "test", 2),  # a class for the test only
    ],
)
def test_the_rules_of_training_are_not_those_of_evaluation(
    tenfold: Command, tmp_path: Path, names: list[str], split: str, count: int
) -> None:
    for seed, name in enumerate(names):
        picture(tmp_path / "few" / name, seed)
    (tmp_path / "few" / names[0]).with_name("broken.png").write_bytes(b"hello")
    data = tmp_path / "few"
    outcome = tenfold("evaluate", tiny.MODEL, "--data", data, "--split", split, "--no-report", "--json")
    assert (outcome.status, json.loads(outcome.out)["accuracy"] >= 0) == (0, True)
    assert sum(map(sum, json.loads(outcome.out)["confusion"])) == count


def test_a_class_without_a_picture_has_no_figures(tenfold: Command, tmp_path: Path) -> None:
    for seed in range(2):
        picture(tmp_path / f"one/truck/{seed}.png", seed)
    outcome = tenfold("evaluate", tiny.MODEL, "--data", tmp_path / "one", "--split", "all", "--no-report")
    table = outcome.out.partition("precision")[2].partition("Rows:")[0]
    assert ["cat", "-", "-", "-", "0"] in [line.split() for line in table.splitlines()]


def test_many_classes_are_told_by_their_most_confused_pairs() -> None:
    labels = tuple(f"class {k}" for k in range(40))
    lines = as_text(evaluated_model(ManyColours(labels), numbered(labels, 160, wrong=4)).result).splitlines()
    assert lines[lines.index("Most often confused") + 1] == "       4  class 1 called class 0"
    assert max(len(line) for line in lines) < 100


def test_the_figures_are_printed_for_a_program(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--json", "--no-report")
    expected = evaluate(Classifier(tiny.MODEL), cifar10.load_test(data_dir))
    found = json.loads(outcome.out)
    assert found.items() >= expected.summary().items()
    assert found["confusion"] == expected.confusion.tolist()
    assert found["classes"]["frog"] == vars(expected.classes["frog"])


def test_a_report_is_written_and_its_place_told(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--no-robustness", "--json")
    assert (outcome.status, outcome.err) == (0, "Report: report.html\n")
    found = json.loads(outcome.out)
    assert found == json.loads(Path("report.json").read_text())
    assert found["data"] == {"name": "CIFAR-10", "split": "test", "pictures": 40}
    assert "robustness" not in found
    assert [row["kind"] for row in found["none_of_these"]["out_of_distribution"]] == [
        "blends", "shuffled", "details", "all together",
    ]  # fmt: skip
    assert "<title>tiny on CIFAR-10: report</title>" in Path("report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_corrupted_pictures_are_judged_where_it_is_quick(
    tenfold: Command, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy this machine is: first it is quick enough, then it is not.
    monkeypatch.setattr("tenfold.cli.evaluation.evaluate._PATIENCE", 10_000.0)
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--output", "deep/page.html")
    assert outcome.out.endswith("Report: deep/page.html\n")
    found = json.loads(Path("deep/page.json").read_text())
    assert found["robustness"]["pictures"] == 40
    assert len(found["robustness"]["corruptions"]) == 75
    monkeypatch.setattr("tenfold.cli.evaluation.evaluate._PATIENCE", 0.0)
    tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--output", "deep/page.html")
    assert "robustness" not in json.loads(Path("deep/page.json").read_text())


def test_another_part_of_the_data_is_judged_by_name(tenfold: Command, data_dir: Path) -> None:
    sizes = {"test": 40, "validation": tiny.VALIDATION, "training": 200 - tiny.VALIDATION, "all": 240}
    for split, size in sizes.items():
        command = ("evaluate", tiny.MODEL, "--data-dir", data_dir, "--split", split, "--json", "--no-report")
        assert json.loads(tenfold(*command).out)["pictures"] == size


@pytest.mark.usefixtures("classifiers")
def test_own_pictures_are_judged_in_the_order_of_the_models_classes(
    tenfold: Command, colour_folder: Path
) -> None:
    outcome = tenfold("evaluate", "--data", colour_folder, "--no-robustness", "--json")
    found = json.loads(outcome.out)
    assert found["accuracy"] == 1
    assert found["data"] == {"name": "colours", "split": "test", "pictures": 8}
    assert found["confusion"] == [[4, 0, 0], [0, 0, 0], [0, 0, 4]]


@pytest.mark.usefixtures("classifiers")
def test_own_pictures_take_the_place_of_made_up_ones(
    tenfold: Command, colour_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "greys").mkdir()
    for shade in (30, 120, 220):
        Image.new("RGB", (60, 40), (shade,) * 3).save(tmp_path / "greys" / f"{shade}.jpg")
    command = ("evaluate", "--data", colour_folder, "--no-robustness", "--json")
    found = json.loads(tenfold(*command, "--out-of-distribution", tmp_path / "greys").out)
    (row,) = [row for row in found["none_of_these"]["out_of_distribution"] if row["kind"] != "all together"]
    assert (row["kind"], row["caught"]["value"], row["auroc"]) == ("greys", 1, 1)


def test_classes_of_another_kind_are_refused(tenfold: Command, colour_folder: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data", colour_folder)
    assert outcome.status == 1
    assert "tenfold: These pictures have classes that this model does not know (blue, red)." in outcome.err


def test_a_run_says_which_data_it_was_trained_on(
    tenfold: Command, colour_folder: Path, tmp_path: Path, classifiers: list[FakeClassifier]
) -> None:
    run = run_folders.make(tmp_path / "run", source=str(colour_folder))
    found = json.loads(tenfold("evaluate", run / "model.onnx", "--no-robustness", "--json").out)
    assert classifiers[0].path == str(run / "model.onnx")
    assert found["data"]["name"] == "colours"
    assert found["training"]["run"] == "run"


def test_a_folder_that_is_no_run_is_refused(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--run", tmp_path)
    assert outcome.status == 1
    assert f"tenfold: The folder {tmp_path} holds no training run" in outcome.err


def test_the_model_and_the_folder_may_be_settings(
    tenfold: Command, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--no-report")
    monkeypatch.setenv("TENFOLD_MODEL", str(tiny.MODEL))
    monkeypatch.setenv("TENFOLD_DATA_DIR", str(data_dir))
    assert tenfold("evaluate", "--no-report") == named


def test_missing_data_says_how_to_get_it(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", tmp_path)
    assert outcome.status == 1
    assert outcome.err.startswith(f"tenfold: CIFAR-10 in {tmp_path} is not there (missing data_batch_1.bin,")


def test_a_missing_model_is_told(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", "no.onnx", "--data-dir", data_dir)
    assert outcome.status == 1
    assert "tenfold: The model file no.onnx cannot be read (No such file or directory)." in outcome.err
