"""What a child process of an export says of what went wrong."""

import json
from pathlib import Path
from typing import Any

from tenfold.export import child
from tests import tiny


class Told:
    """A channel that is asked for one step."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked, self.sent = asked, list[dict[str, Any]]()

    def receive(self) -> dict[str, Any]:
        return self.asked

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def test_what_the_system_refuses_is_told_in_words(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({"files": [], "calibration": []}))
    asked = {"do": "convert", "format": "litert", "model": str(tiny.MODEL), "inputs": str(inputs)}
    written = {"target": str(tmp_path / "tiny.tflite"), "result": str(tmp_path / "gone" / "result.json")}
    channel = Told(asked | written)

    child.run(channel)  # type: ignore[arg-type]
    [told] = channel.sent
    assert (told["refused"]["code"], told["refused"]["reason"]) == ("export-error", "missing")
