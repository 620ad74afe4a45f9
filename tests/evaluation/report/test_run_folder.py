"""A run's folder: what new, old, unfinished and damaged ones tell."""

import json
from pathlib import Path

import pytest

from tenfold.errors import UsageError
from tenfold.evaluation.report import run_folder
from tests.paths import ROOT


def write(folder: Path, *rows: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metrics.jsonl").write_text("".join(f"{row}\n" for row in rows))
    return folder


def test_a_run_tells_its_curves_recipe_environment_and_data(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", '{"epoch": 1, "loss": 2.0}', '{"epoch": 2, "loss": 1.5, "recall": 0.4}')
    (folder / "recipe.toml").write_text('network = "ml-cnn"\n[optimiser]\nrate = 0.001\n')
    (folder / "recipe.json").write_text('{"network": "old"}')
    (folder / "environment.json").write_text('{"torch": "2.13.0"}')
    (folder / "data.json").write_text('{"source": "cifar10"}')
    found = run_folder.read(folder)
    assert found.name == "one"
    assert found.curve("loss") == [(1, 2.0), (2, 1.5)]
    assert found.curve("recall") == [(2, 0.4)]
    assert found.curve("precision") == []
    assert found.recipe == {"network": "ml-cnn", "optimiser": {"rate": 0.001}}
    assert (found.environment, found.data) == ({"torch": "2.13.0"}, {"source": "cifar10"})


def test_an_older_run_has_its_recipe_as_json_and_no_more(tmp_path: Path) -> None:
    folder = write(tmp_path, '{"epoch": 1, "loss": 2.0}')
    (folder / "recipe.json").write_text('{"seed": 1}')
    found = run_folder.read(folder)
    assert (found.recipe, found.environment, found.data) == ({"seed": 1}, {}, {})


def test_what_is_no_number_makes_a_gap_and_a_line_that_breaks_off_is_passed_over(tmp_path: Path) -> None:
    rows = [
        json.dumps({"epoch": 1, "loss": float("nan")}),
        json.dumps({"epoch": 2, "loss": None}),
        json.dumps({"epoch": 3, "loss": 0.5}),
        '{"epoch": 4, "lo',
    ]
    assert run_folder.read(write(tmp_path, *rows)).curve("loss") == [(3, 0.5)]


@pytest.mark.parametrize("name", ["recipe.toml", "recipe.json", "environment.json"])
def test_a_damaged_file_tells_nothing(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path)
    (folder / name).write_text("{{{ ")
    found = run_folder.read(folder)
    assert (found.recipe, found.environment) == ({}, {})


def test_the_bundled_models_run_is_read() -> None:
    found = run_folder.read(ROOT / "benchmarks/runs/bundled")
    assert len(found.curve("accuracy")) == len(found.curve("validation_accuracy")) == 96
    assert found.recipe["batch_size"] == 1000


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run_folder.read(tmp_path)
    assert str(caught.value) == (
        f"The folder {tmp_path} holds no training run (there is no metrics.jsonl in it). "
        "Name the folder of a run with --run; `tenfold runs` lists them."
    )


def test_the_run_of_a_model_file_is_the_folder_it_lies_in(tmp_path: Path) -> None:
    folder = write(tmp_path / "run")
    assert run_folder.run_of(folder / "model.onnx") == folder
    assert run_folder.run_of(tmp_path / "model.onnx") is None
