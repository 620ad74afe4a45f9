"""tenfold classify."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Command
from tests.fakes import BLUE, GREEN, GREY, LABELS, RED, FakeClassifier, picture
from tests.paths import ROOT

pytestmark = pytest.mark.usefixtures("classifiers")


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that a user stands in: pictures, a folder in it, a text file and hidden files."""
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "a.png").write_bytes(picture(RED))
    (tmp_path / "grey.png").write_bytes(picture(GREY))
    (tmp_path / "sub" / "b.jpeg").write_bytes(picture(BLUE))
    (tmp_path / "sub" / "green").write_bytes(picture(GREEN))
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / ".hidden" / "c.png").write_bytes(picture(RED))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_picture_gets_one_line(tenfold: Command, album: Path) -> None:
    outcome = tenfold("classify", "a.png")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == "a.png  red             91.0%\n"


def test_a_folder_is_a_table_of_what_is_in_it_and_in_its_folders(tenfold: Command, album: Path) -> None:
    outcome = tenfold("classify", ".")
    assert outcome.status == 0
    assert outcome.out == (
        "FILE          CLASS            SURE\n"
        "./a.png       red             91.0%\n"
        "./grey.png    none of these          no class is nearer than the others\n"
        "./sub/b.jpeg  blue            91.0%\n"
        "./sub/green   green           91.0%\n"
    )


def test_more_classes_are_shown_where_asked_for(tenfold: Command, album: Path) -> None:
    assert tenfold("classify", "--top", 2, "a.png").out.rstrip().endswith("91.0%  green 4.5%")
    (album / "pale.png").write_bytes(picture((140, 120, 110)))
    assert (
        tenfold("classify", "--top", 2, "pale.png").out.rstrip().endswith("nearest: red 37.7%, green 32.5%")
    )


def test_classes_have_their_names_in_the_language_of_the_settings(
    tenfold: Command, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENFOLD_LANGUAGE", "uk")
    assert tenfold("classify", "a.png").out.split() == ["a.png", "червоний", "91.0%"]
    assert tenfold("classify", "grey.png").out.split()[1:4] == ["нічого", "з", "цього"]
    assert json.loads(tenfold("classify", "--json", "a.png").out)[0]["prediction"]["label"] == "red"


def test_a_pattern_finds_files_where_the_shell_did_not(tenfold: Command, album: Path) -> None:
    outcome = tenfold("classify", "--json", "**/*.jpeg", "[ag]*.png")
    assert [row["name"] for row in json.loads(outcome.out)] == ["sub/b.jpeg", "a.png", "grey.png"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tenfold: Command, album: Path) -> None:
    (album / "a[1].png").write_bytes(picture(BLUE))
    assert tenfold("classify", "a[1].png").out.split() == ["a[1].png", "blue", "91.0%"]


def test_a_bad_file_is_told_and_passed_over(tenfold: Command, album: Path) -> None:
    (album / "note.txt").write_text("hello")
    outcome = tenfold("classify", "a.png", "note.txt", "missing.png", "sub/green")
    assert outcome.status == 1
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["FILE", "a.png", "sub/green"]
    first, second, last = outcome.err.splitlines()
    assert first.startswith(
        "tenfold: note.txt is not a picture this build can read (it starts with 'hello')."
    )
    assert second.startswith("tenfold: missing.png does not exist.")
    assert last == "tenfold: 2 of 4 could not be classified."


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("none/*.png", "tenfold: none/*.png matches no file. Check the pattern.\n"),
        ("empty", "tenfold: empty holds no files that may be pictures. Name a folder with pictures.\n"),
    ],
)
def test_an_argument_that_names_nothing_is_told(
    tenfold: Command, album: Path, argument: str, message: str
) -> None:
    (album / "empty").mkdir()
    outcome = tenfold("classify", argument)
    assert (outcome.status, outcome.err) == (1, message)


def test_json_is_one_array_with_every_picture(tenfold: Command, album: Path) -> None:
    (album / "note.txt").write_text("hello")
    outcome = tenfold("classify", "--json", "a.png", "note.txt", "grey.png")
    assert outcome.status == 1
    red, text, grey = json.loads(outcome.out)
    assert set(red) == set(text) == {"name", "prediction", "problem", "explained"}
    assert list(red["prediction"]["probabilities"]) == list(LABELS)
    assert (red["name"], red["problem"]) == ("a.png", None)
    assert (text["prediction"], text["problem"]["code"]) == (None, "not-a-picture")
    assert text["problem"]["detail"].startswith("note.txt is not a picture")
    assert grey["prediction"]["known"] is False


def test_json_of_nothing_that_could_be_read_is_still_json(tenfold: Command, album: Path) -> None:
    [row] = json.loads(tenfold("classify", "--json", "missing.png").out)
    assert row["problem"]["subject"] == "missing.png"


def test_csv_has_every_probability(tenfold: Command, album: Path) -> None:
    (album / "note.txt").write_text("hello")
    rows = list(
        csv.DictReader(io.StringIO(tenfold("classify", "--csv", "a.png", "note.txt", "grey.png").out))
    )
    assert [row["class"] for row in rows] == ["red", "", "red"]
    assert [row["known"] for row in rows] == ["true", "", "false"]
    assert sum(float(rows[0][f"p({label})"]) for label in LABELS) == pytest.approx(1)
    assert rows[1]["problem"].startswith("note.txt is not a picture")


@pytest.mark.parametrize("name", ["=1+1.png", "+cmd.png", "@sum.png", "-1.png", " =1.png", "＝1.png"])
def test_a_spreadsheet_does_not_run_a_file_name(tenfold: Command, album: Path, name: str) -> None:
    (album / name).write_bytes(picture(RED))
    rows = list(csv.reader(io.StringIO(tenfold("classify", "--csv", "--", name).out)))
    assert rows[1][0] == f"'{name}"


def test_a_hostile_name_cannot_play_with_the_terminal(tenfold: Command, album: Path) -> None:
    name = "x\x1b[31m\u202egnp.exe"
    (album / name).write_bytes(picture(RED))
    assert tenfold("classify", album / name).out.split()[0].endswith("x\ufffd[31m\ufffdgnp.exe")


def test_columns_stay_aligned_under_wide_letters(tenfold: Command, album: Path) -> None:
    (album / "ネコ.png").write_bytes(picture(RED))
    (album / "кіт.png").write_bytes(picture(RED))
    lines = tenfold("classify", "ネコ.png", "кіт.png").out.splitlines()
    assert lines == [
        "FILE      CLASS            SURE",
        "ネコ.png  red             91.0%",
        "кіт.png   red             91.0%",
    ]


def test_standard_input_is_a_picture(tenfold: Command, album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = SimpleNamespace(buffer=io.BytesIO(picture(GREEN)), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", piped)
    [row] = json.loads(tenfold("classify", "--json", "-").out)
    assert (row["name"], row["prediction"]["label"]) == ("standard input", "green")


def test_standard_input_longer_than_the_limit_is_not_read_to_its_end(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENFOLD_MAX_PICTURE_BYTES", "1000")
    long = io.BytesIO(b"\0" * 100_000)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=long, isatty=lambda: False))
    outcome = tenfold("classify", "-")
    assert outcome.status == 1
    assert outcome.err.startswith("tenfold: standard input is too large")
    assert long.tell() <= 2000


def test_standard_input_from_a_keyboard_is_wrong_usage(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    outcome = tenfold("classify", "-")
    assert outcome.status == 2
    assert "tenfold classify - < cat.jpg" in outcome.err


def test_no_path_is_wrong_usage(tenfold: Command) -> None:
    outcome = tenfold("classify")
    assert outcome.status == 2
    assert "Missing argument 'PATH...'" in outcome.err


def test_many_pictures_run_in_batches(
    tenfold: Command, album: Path, classifiers: list[FakeClassifier]
) -> None:
    for number in range(40):
        (album / f"{number:02}.png").write_bytes(picture((RED, GREEN, BLUE)[number % 3], size=(8, 8)))
    (album / "07.png").write_bytes(b"no picture")
    outcome = tenfold("classify", "--json", *(f"{number:02}.png" for number in range(40)))
    rows = json.loads(outcome.out)
    assert [row["name"] for row in rows] == [f"{number:02}.png" for number in range(40)]
    labels = [row["prediction"] and row["prediction"]["label"] for row in rows]
    assert labels == [None if n == 7 else LABELS[n % 3] for n in range(40)]
    assert sum(classifiers[0].batches) == 39
    assert 1 < max(classifiers[0].batches) <= 16


def test_the_named_model_is_used(tenfold: Command, album: Path, classifiers: list[FakeClassifier]) -> None:
    tenfold("classify", "--model", "mine.onnx", "a.png")
    assert classifiers[0].path == "mine.onnx"


def test_explanations_are_written_under_names_of_their_own(tenfold: Command, album: Path) -> None:
    (album / "sub" / "a.png").write_bytes(picture(BLUE))
    outcome = tenfold("classify", "--json", "--explain", "why/deep", "a.png", "sub/a.png", "missing.png")
    explained = [row["explained"] for row in json.loads(outcome.out)]
    assert explained == [str(Path("why/deep/a.explained.jpg")), str(Path("why/deep/a-2.explained.jpg")), None]
    for path, colour in ((explained[0], RED), (explained[1], BLUE)):
        with Image.open(path) as image:
            assert image.size == (64, 48)
            shown = np.asarray(image).mean(axis=(0, 1))
        assert np.abs(shown - colour).max() > 30  # something was drawn over it


def test_a_folder_for_explanations_that_cannot_be_made_is_told(tenfold: Command, album: Path) -> None:
    outcome = tenfold("classify", "--explain", "a.png/why", "a.png")
    assert outcome.status == 1
    assert outcome.err.startswith("tenfold: a.png/why cannot be written (")


def test_a_reader_that_stops_reading_is_no_error(album: Path) -> None:
    for number in range(30):
        (album / f"{number:02}.png").write_bytes(picture(RED, size=(8, 8)))
    root = ROOT
    command = f"cd '{album}' && '{sys.executable}' '{root}/tests/cli/colours.py' classify . | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("FILE")
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_ctrl_c_ends_it_without_a_traceback(album: Path) -> None:
    for number in range(60):
        (album / f"{number:02}.png").write_bytes(picture(RED, size=(8, 8)))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "cli" / "colours.py"), "classify", "."],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLOURS_SECONDS": "0.5", "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("FILE")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.strip() == ""
