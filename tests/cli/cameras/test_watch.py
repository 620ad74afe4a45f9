import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.cameras.scenes import Scene, Sprite, ellipse, ground
from tenfold.cameras import sources
from tenfold.cameras.frames import FrameSource
from tenfold.cameras.sources import CameraFault
from tenfold.cli import run
from tests import tiny


@pytest.fixture
def recording(tmp_path: Path) -> str:
    """A folder of frames in which one thing crosses the picture in five seconds."""
    random = np.random.default_rng(1)
    pixels = (np.array((220, 40, 40)) + random.integers(-40, 40, (36, 36, 1))).clip(0, 255).astype(np.uint8)
    thing = Sprite("thing", pixels, ellipse(pixels), [(1, -20, 90), (6, 340, 90)])
    folder = tmp_path / "frames"
    folder.mkdir()
    for frame, _ in Scene(ground(2, 360, 220), [thing], seconds=7, size=(320, 180)).frames():
        Image.fromarray(frame.pixels).save(folder / f"{frame.number:04}.png")
    return str(folder)


def test_an_event_is_an_object_a_line_and_a_page_shows_it(
    recording: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"

    assert run(["watch", recording, "--json", "--report", str(page)]) == 0

    (event,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(event)[:6] == ["start", "end", "class", "confidence", "track", "box"]
    x, y, width, height = event["box"]
    assert 0 <= x <= x + width <= 320
    assert 60 <= y <= y + height <= 120
    assert event["start"] < event["end"]
    assert page.read_text("utf-8").count("<img") == 1


def test_a_line_says_when_what_and_where_or_that_nothing_moved(
    recording: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", recording]) == 0
    assert "track 1" in capsys.readouterr().out

    assert run(["watch", recording, "--mask", "all=0,0,320,0,320,180,0,180"]) == 0
    assert capsys.readouterr().out == "Nothing moved.\n"


def test_what_is_wrong_with_a_camera_is_said_beside_its_events(
    recording: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = sources.open_source

    def pulled(address: object, *, tell: Callable[[CameraFault], None], **options: Any) -> FrameSource:
        """A camera that is pulled and comes back before it films the recording."""
        tell(CameraFault("refused", "rtsp://door/live refuses the connection.", 1.0))
        tell(CameraFault("refused", "rtsp://door/live refuses the connection.", 2.0, over=True))
        return opened(recording, **options)

    monkeypatch.setattr(sources, "open_source", pulled)
    assert run(["watch", recording, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "tenfold: rtsp://door/live refuses the connection.",
        "tenfold: no longer: rtsp://door/live refuses the connection.",
    ]
    assert len([json.loads(line) for line in said.out.splitlines()]) == 1


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("gate=1,2,3", "is not written NAME=x,y,x,y,..."),
        ("gate=0,0,900,0,900,90", "lies outside the picture (the picture has 320 x 180 pixels)"),
    ],
)
def test_a_zone_that_cannot_be_one_is_refused_in_words(
    recording: str, zone: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", recording, "--zone", zone]) == 2
    assert words in capsys.readouterr().err


def test_a_rule_says_for_which_events_it_would_send_a_message(
    recording: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--rule", "in: line=0.5,1,0.5,0 cross=right", "--rule", "out: line=0.5,1,0.5,0 cross=left"]
    assert run(["watch", recording, *out]) == 0
    assert capsys.readouterr().out.endswith("  rule in\n")
    assert run(["watch", recording, "--json", *out]) == 0
    assert json.loads(capsys.readouterr().out)["rules"] == ["in"]


def test_a_rule_that_cannot_be_read_is_refused_in_words(
    recording: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", recording, "--rule", "colour=red"]) == 2
    assert "is none that a rule has" in capsys.readouterr().err


def test_a_model_of_the_list_says_what_it_is(
    recording: str, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tiny.variant(tmp_path / "doors.onnx", name="doors")
    assert run(["models", "add", str(path)]) == 0
    capsys.readouterr()
    answers = []
    for model in ("doors", str(path)):
        assert run(["watch", recording, "--json", "--model", model]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    assert run(["watch", recording, "--model", "windows"]) != 0
    assert "The model 'windows' is not registered" in capsys.readouterr().err
