"""tenfold data show."""

from pathlib import Path

import pytest
from PIL import Image

from tests import tiny
from tests.cli.conftest import Command
from tests.datasets.making import folder, picture


def test_a_folder_is_counted_and_its_first_pictures_are_drawn(tenfold: Command, tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", classes=("cat", "кіт"), each=20)
    picture(root / "dog" / "1.png", 901)
    picture(root / "dog" / "2.png", 902)
    picture(root / "dog" / "3.png", 903)
    outcome = tenfold("data", "show", root, "-o", tmp_path / "sheet.png")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == (
        "class  training  validation      test\n"
        "cat          14           3         3  ██████████████████████████████\n"
        "dog           1           1         1  ██\n"
        "кіт          14           3         3  ██████████████████████████████\n"
        "all          29           7         7\n"
        f"\nThe first 25 are drawn in {tmp_path / 'sheet.png'}\n"
    )
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (712, 832)


def test_cifar10_is_shown_without_naming_it(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")
    outcome = tenfold("data", "show", "--data-dir", data, "-o", tmp_path / "sheet.png")
    assert outcome.status == 0
    assert "airplane           8           2         2  ███" in outcome.out
    assert (tmp_path / "sheet.png").exists()


def test_skipped_files_are_named(tenfold: Command, tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=20)
    (root / "cat" / "broken.jpg").write_text("hello")
    outcome = tenfold("data", "show", root, "-o", tmp_path / "sheet.png")
    assert outcome.status == 0
    assert outcome.err.startswith("Skipped cat/broken.jpg: cat/broken.jpg is not a picture")


def test_a_sheet_that_cannot_be_written_is_told(tenfold: Command, tmp_path: Path) -> None:
    root = folder(tmp_path / "pets")
    outcome = tenfold("data", "show", root, "-o", tmp_path / "none" / "sheet.png")
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: {tmp_path / 'none' / 'sheet.png'} cannot be written (No such file or directory). Name "
        "another file with --output.\n"
    )


def test_data_that_is_not_there_is_told(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("data", "show", tmp_path / "gone")
    assert outcome.status == 1
    assert "does not exist" in outcome.err
    assert list(tmp_path.iterdir()) == []
