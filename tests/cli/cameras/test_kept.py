"""tenfold camera add, change, list: cameras of a server, and the models that were chosen for them."""

import json
from pathlib import Path

import pytest

from tenfold.cli import run
from tenfold.runtime import App
from tests import tiny

ADD = ["camera", "add", "door", "rtsp://127.0.0.1:9/live", "--untested"]


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert run(["camera", "list", "--json"]) == 0
    facts: dict[str, object] = json.loads(capsys.readouterr().out)
    return facts


@pytest.fixture
def doors(own_home: Path, tmp_path: Path) -> str:
    """The name of a model of the list."""
    assert run(["models", "add", str(tiny.variant(tmp_path / "doors.onnx", name="doors"))]) == 0
    return "doors"


def test_a_camera_is_added_with_a_model_and_changed(doors: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ADD, "--model", doors]) == 0
    assert listed(capsys)["model"] == "doors"
    assert run(["camera", "change", "door", "--default-model"]) == 0
    assert capsys.readouterr().out == "What door sees is said by the default model.\n"
    assert listed(capsys)["model"] is None
    assert run(["camera", "change", "door", "--model", "watch"]) == 0
    assert capsys.readouterr().out.startswith("What door sees is said by ")


def test_what_counts_before_a_camera_is_set_and_said(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ADD, "--fixed"]) == 0
    known = listed(capsys)
    assert (known["min_size"], known["fixed"]) == (0.06, True)
    assert run(["camera", "change", "door", "--min-size", "0.5"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("door passes over what is smaller than 0.5 % of the picture; stands still")
    assert run(["camera", "change", "door", "--not-fixed"]) == 0
    known = listed(capsys)
    assert (known["min_size"], known["fixed"]) == (0.5, False)


def test_a_page_s_camera_is_added_untried_and_the_command_says_how_to_send(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["camera", "add", "desk", "browser:desk"]) == 0
    said = capsys.readouterr().out
    assert "A page sends its pictures. On the device with the camera open the page Cameras" in said
    assert listed(capsys)["source"] == "browser:desk"
    assert run(["camera", "test", "browser:desk"]) != 0
    assert "is opened by the page, so it cannot be tried from here" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_refused_in_words(
    doors: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ADD, "--model", "windows"]) != 0
    assert "The model 'windows' is not registered" in capsys.readouterr().err
    assert run(["camera", "change", "door"]) == 2
    assert "tenfold camera change has nothing to change" in capsys.readouterr().err


def test_a_model_that_a_camera_uses_is_not_removed(doors: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ADD, "--model", doors]) == 0
    assert run(["models", "remove", doors]) != 0
    assert "The model doors is used by cameras (door)" in capsys.readouterr().err


def test_what_disturbs_a_camera_is_said_in_words(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ADD) == 0
    with App() as app:
        (row,) = app.cameras.claim("a server", ["a server"])
        app.cameras.tell("a server", {row.id: {"phase": "running", "conditions": ["rain", "later"]}})
    assert listed(capsys)["conditions"] == ["rain", "later"]
    assert run(["camera", "list"]) == 0
    assert "It is raining: drops are ignored" in capsys.readouterr().out


def test_of_a_busy_machine_it_is_said_what_is_decoded_and_of_a_camera_that_is_away_no_weather(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ADD) == 0
    with App() as app:
        (row,) = app.cameras.claim("a server", ["a server"])
        for phase in ("running", "waiting"):
            status = {"phase": phase, "mode": "key frames only", "conditions": ["rain"]}
            app.cameras.tell("a server", {row.id: status})
            capsys.readouterr()
            assert run(["camera", "list"]) == 0
            said = capsys.readouterr().out
            assert ("The machine is busy: key frames only." in said) == (phase == "running")
            assert ("It is raining" in said) == (phase == "running")


def test_how_long_clips_are_kept_is_said_for_a_camera_and_by_class(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ADD, "--keep-days", "7", "--keep-days", "person=1", "--keep-size", "20GB"]) == 0
    facts = listed(capsys)
    assert (facts["keep_days"], facts["keep_days_of"]) == (7, {"person": 1})
    assert (facts["keep_bytes"], facts["keep_bytes_of"]) == (20 * 10**9, {})
    changes = ["--keep-days", "dog=0.5", "--keep-size", "dog=1.5 gb", "--keep-size", "0"]
    assert run(["camera", "change", "door", *changes]) == 0
    assert capsys.readouterr().out == "door: kept 7 days; dog 0.5 days, at most 1.5 GB; person 1 day.\n"
    taken_back = ["--keep-days", "person=", "--keep-size", "dog=0", "--keep-size", "=5MB"]
    assert run(["camera", "change", "door", *taken_back]) == 0
    capsys.readouterr()
    assert run(["camera", "list"]) == 0
    assert "  kept 7 days; none of the classes at most 5 MB; dog 0.5 days" in capsys.readouterr().out


def test_a_camera_is_kept_for_as_long_as_the_help_says_where_nothing_is_said(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ADD) == 0
    capsys.readouterr()
    assert run(["camera", "list"]) == 0
    assert capsys.readouterr().out.endswith("kept 3 days\n")
    assert run(["camera", "add", "--help"]) == 0
    assert "kept for 3 days" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--keep-days", "0", "above 0 and at most 3650"),
        ("--keep-days", "person=nan", "above 0 and at most 3650"),
        ("--keep-days", "4000", "above 0 and at most 3650"),
        ("--keep-size", "20", "Give a size with its unit"),
        ("--keep-size", "person=-1GB", "Give a size with its unit"),
        ("--keep-size", "1001TB", "at most 1000 TB"),
        ("--keep-size", "x" * 101 + "=1GB", "is no name of a class"),
        ("--keep-size", "a\nb=1GB", "is no name of a class"),
    ],
)
def test_a_limit_that_cannot_be_used_is_refused_in_words(
    own_home: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, words: str
) -> None:
    assert run([*ADD, option, value]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
