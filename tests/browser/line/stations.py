"""A station of a real server that judges what a camera shows: parts on a belt, one after the other."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from tests.environment.web_server import QuietHandler, answering

_SIZE, _SIDE = (240, 160), 110
_PATIENCE = 60.0


class BeltCamera:
    """Answers with a picture of the part that is shown, with the noise of a sensor."""

    def __init__(self) -> None:
        self.part = Image.new("RGB", (_SIDE, _SIDE), "white")
        self.address = ""
        self._chance = np.random.default_rng(1)

    def show(self, path: Path) -> None:
        """From now on this one stands before the camera."""
        with Image.open(path) as picture:
            self.part = picture.convert("RGB").resize((_SIDE, _SIDE))

    def picture(self) -> bytes:
        belt = Image.new("RGB", _SIZE, (70, 74, 78))
        belt.paste(self.part, ((_SIZE[0] - _SIDE) // 2, (_SIZE[1] - _SIDE) // 2))
        noise = self._chance.integers(-3, 4, (_SIZE[1], _SIZE[0], 3))
        pixels = (np.asarray(belt).astype(int) + noise).clip(0, 255).astype(np.uint8)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=90)
        return file.getvalue()


@contextmanager
def filming() -> Iterator[BeltCamera]:
    """A camera on this machine."""
    camera = BeltCamera()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self.answer(camera.picture(), "image/jpeg")

    with answering(Handler) as address:
        camera.address = f"{address}/snapshot.jpg"
        yield camera


class Line:
    """A station that is triggered by hand, over HTTP.

    Args:
        station: what the station is set up with, beside its camera and recipe.
    """

    def __init__(
        self, client: httpx.Client, camera: BeltCamera, accepts: Sequence[str], **station: Any
    ) -> None:
        self._client, self.camera = client, camera
        recipe = self._done("post", "/api/v1/recipes", {"name": "vehicles"})
        model = client.get("/api/v1/model").json()["sha256"]
        region = {"name": "part", "box": [0, 0, 1, 1], "accepts": list(accepts)}
        versions = f"/api/v1/recipes/{recipe['id']}/versions"
        self._done("post", versions, {"model": model, "regions": [region], "least": 0.5})
        self._done("post", f"{versions}/1/approve", {})
        values = {"name": "gate", "source": camera.address, "snapshot": True, "recipe_id": recipe["id"]}
        # A loaded machine is no failure.
        values |= {"deadline": 20, "picture_within": 10, **station}
        self.number = self._done("post", "/api/v1/stations", values)["id"]
        self.url = f"/api/v1/stations/{self.number}"
        self.until(lambda: self.get("")["state"]["phase"] in ("ready", "held"))

    def get(self, path: str) -> Any:
        return self._client.get(f"{self.url}{path}").json()

    def judge(self, path: Path) -> None:
        """Have a part judged, and wait until it stands in the trail."""
        last = self._last()
        self.camera.show(path)
        self._done("post", f"{self.url}/trigger", {})
        self.until(lambda: self._last() > last)

    def until(self, done: Any) -> None:
        ends = time.monotonic() + _PATIENCE
        while not done():
            assert time.monotonic() < ends, self.get("")["state"]
            time.sleep(0.1)

    def _last(self) -> int:
        newest = self.get("/parts?limit=1")
        return int(newest[0]["part"]) if newest else 0

    def _done(self, method: str, path: str, body: dict[str, Any]) -> Any:
        answer = self._client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()
