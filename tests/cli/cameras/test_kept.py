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
    assert "needs --model or --default-model" in capsys.readouterr().err


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
    assert "It is raining: drops are passed over" in capsys.readouterr().out
