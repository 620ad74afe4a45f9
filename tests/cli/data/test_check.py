"""tenfold data check."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests import tiny
from tests.cli.conftest import Command
from tests.datasets.making import folder, picture
from tests.fakes import FakeClassifier


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Cats and dogs, a dog that is there twice."""
    root = folder(tmp_path / "pets")
    shutil.copy(root / "dog" / "000.png", root / "dog" / "again.png")
    return root


def test_the_summary_counts_and_names_what_was_found(
    tenfold: Command, classifiers: list[FakeClassifier], pets: Path, tmp_path: Path
) -> None:
    outcome = tenfold("data", "check", pets, "--no-labels", "-o", tmp_path / "page.html")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == (
        "21 pictures of 2 classes\n"
        "       1  exact copies (2 pictures)\n"
        "          dog/000.png = dog/again.png: exactly the same\n"
        "\n"
        "Near copies are pictures whose edges correlate by 0.60 or more.\n"
        f"\nLook at {tmp_path / 'page.html'}\n"
    )
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "dog/again.png" in page
    assert (pets.resolve() / "cat" / "005.png").as_posix() in page


def test_json_has_the_same(
    tenfold: Command, classifiers: list[FakeClassifier], pets: Path, tmp_path: Path
) -> None:
    outcome = tenfold("data", "check", pets, "--no-labels", "--json", "-o", tmp_path / "page.html")
    found = json.loads(outcome.out)
    assert found["pictures"] == 21
    (copies,) = found["problems"]["exact"]
    assert [one["source"] for one in copies["pictures"]] == ["dog/000.png", "dog/again.png"]


@pytest.mark.slow
def test_the_rare_class_and_the_bad_file_are_found_and_refuse_nothing(
    tenfold: Command, classifiers: list[FakeClassifier], tmp_path: Path
) -> None:
    root = folder(tmp_path / "pets", classes=("ship",), each=10)
    folder(root, classes=("cat",), each=2, seed=50_000)
    (root / "cat" / "bad.png").write_bytes(b"hello")
    for command in ("check", "show"):
        outcome = tenfold("data", command, root, "-o", tmp_path / f"{command}.png")
        assert outcome.status == 0, outcome.err
        assert "Skipped cat/bad.png: " in outcome.err
        assert "cat" in outcome.out
    checked = tenfold("data", "check", root, "--no-labels", "-o", tmp_path / "page.html").out
    assert "       1  file not read\n" in checked
    assert "       1  rare classes\n          cat: 2 to learn from" in checked


@pytest.mark.parametrize("command", ["check", "show"])
def test_files_of_a_manifest_that_are_not_there_are_named_and_refuse_nothing(
    tenfold: Command, classifiers: list[FakeClassifier], pets: Path, tmp_path: Path, command: str
) -> None:
    rows = [f"{file.relative_to(tmp_path).as_posix()},{file.parent.name}" for file in pets.glob("*/*")]
    manifest = tmp_path / "list.csv"
    manifest.write_text("\n".join(["path,label", "pets/cat/gone.png,cat", *rows]))
    options = ["--no-labels"] if command == "check" else []
    outcome = tenfold("data", command, manifest, *options, "-o", tmp_path / "page.png")
    assert (outcome.status, outcome.err) == (0, "Skipped pets/cat/gone.png: row 2: does not exist\n")
    if options:
        assert "       1  file not read\n" in outcome.out
        assert "pets/cat/gone.png" in (tmp_path / "page.png").read_text(encoding="utf-8")


@pytest.mark.parametrize(("clean", "status"), [(False, 1), (True, 0)])
def test_strict_is_an_exit_status(
    tenfold: Command,
    classifiers: list[FakeClassifier],
    pets: Path,
    tmp_path: Path,
    clean: bool,
    status: int,
) -> None:
    if clean:
        (pets / "dog" / "again.png").unlink()
    outcome = tenfold("data", "check", pets, "--no-labels", "--strict", "-o", tmp_path / "page.html")
    assert outcome.status == status
    assert ("Nothing was found." in outcome.out) == clean


def test_a_model_may_be_named(
    tenfold: Command, classifiers: list[FakeClassifier], pets: Path, tmp_path: Path
) -> None:
    tenfold("data", "check", pets, "--no-labels", "--model", "own.onnx", "-o", tmp_path / "page.html")
    assert [one.path for one in classifiers] == ["own.onnx"]


@pytest.mark.slow
@pytest.mark.train
def test_wrong_labels_are_looked_for_with_a_real_model(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")
    page = tmp_path / "page.html"
    outcome = tenfold("data", "check", "--data-dir", data, "--model", tiny.MODEL, "-o", page)
    assert outcome.status == 0
    assert outcome.out.startswith("120 pictures of 10 classes\n")
    assert "Labels are checked by tiny" in outcome.out
    assert '"manifest": null' in page.read_text(encoding="utf-8")


def test_without_the_extra_nothing_is_begun(
    tenfold: Command, pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    outcome = tenfold("data", "check", pets, "-o", tmp_path / "page.html")
    assert outcome.status == 1
    assert "The search for wrong labels needs the train extra" in outcome.err
    assert "--no-labels" in outcome.err
    assert not (tmp_path / "page.html").exists()


def test_a_manifest_is_checked_and_its_pictures_found_from_where_it_lies(
    tenfold: Command, classifiers: list[FakeClassifier], pets: Path, tmp_path: Path
) -> None:
    picture(pets / "dog" / "a,b.png", 99)
    rows = [f'"pets/{path.relative_to(pets).as_posix()}",{path.parent.name}' for path in pets.rglob("*.png")]
    (tmp_path / "list.csv").write_text("\n".join(["path,label", *rows]))
    outcome = tenfold("data", "check", tmp_path / "list.csv", "--no-labels", "-o", tmp_path / "page.html")
    assert outcome.status == 0
    assert "22 pictures of 2 classes" in outcome.out
    assert (pets.resolve() / "dog" / "a,b.png").as_posix() in (tmp_path / "page.html").read_text()
