"""tenfold evaluate, on a CIFAR-10 of a few pictures and with a small model file."""

import json
from pathlib import Path

import pytest

from tenfold.datasets import cifar10
from tenfold.inference import Classifier
from tenfold.judging.evaluation import evaluate
from tests import tiny
from tests.cli.conftest import Command


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return tiny.write(tiny.small_cifar10(tmp_path, monkeypatch, records=40), tmp_path / "data")


def test_the_figures_are_printed_for_a_person(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir)
    expected = evaluate(Classifier(tiny.MODEL), cifar10.load_test(data_dir))
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0] == f"Accuracy             {expected.accuracy}"
    assert lines[0].endswith("n = 40)")
    assert lines[1] == f"Calibration error    {expected.calibration_error:.2%}"
    assert lines[3] == f'Not "none of these"  {expected.kept}'
    cat = expected.classes["cat"]
    assert f"cat           {cat.precision:>9.2%}  {cat.recall:>7.2%}  {cat.f1:>7.2%}         4" in lines
    assert lines[-11].split() == [name[:6] for name in cifar10.CLASSES]
    assert [int(word) for word in lines[-1].split()[1:]] == expected.confusion[9].tolist()


def test_the_figures_are_printed_for_a_program(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir, "--json")
    expected = evaluate(Classifier(tiny.MODEL), cifar10.load_test(data_dir))
    found = json.loads(outcome.out)
    assert found.items() >= expected.summary().items()
    assert found["confusion"] == expected.confusion.tolist()
    assert found["classes"]["frog"] == vars(expected.classes["frog"])


def test_the_model_and_the_folder_may_be_settings(
    tenfold: Command, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tenfold("evaluate", tiny.MODEL, "--data-dir", data_dir)
    monkeypatch.setenv("TENFOLD_MODEL", str(tiny.MODEL))
    monkeypatch.setenv("TENFOLD_DATA_DIR", str(data_dir))
    assert tenfold("evaluate") == named


def test_missing_data_says_how_to_get_it(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("evaluate", tiny.MODEL, "--data-dir", tmp_path)
    assert outcome.status == 1
    assert outcome.err.startswith(f"tenfold: CIFAR-10 in {tmp_path} is not there (missing data_batch_1.bin,")


def test_a_missing_model_is_told(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("evaluate", "no.onnx", "--data-dir", data_dir)
    assert outcome.status == 1
    assert "tenfold: The model file no.onnx cannot be read (No such file or directory)." in outcome.err
