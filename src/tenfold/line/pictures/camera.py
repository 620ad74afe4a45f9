"""A camera that takes a picture when it is asked: GET of a JPEG or PNG. Knows nothing of what is seen."""

import base64
import http.client
import threading
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from tenfold import images
from tenfold.errors import LineError, PictureError
from tenfold.line.pictures.pictures import Pixels

_MOST_BYTES = 8 << 20


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture.

    Attributes:
        pixels: uint8 `[H, W, 3]`, RGB.
        data: the file that they were read from.
        at: when it came, by the monotonic clock: it was taken before, and may have been read since.
    """

    pixels: Pixels
    data: bytes
    at: float


class TriggeredCamera(Protocol):
    """What takes a picture now."""

    def take(self, seconds: float) -> Shot:
        """A picture taken after this call, within `seconds`; thread-safe. Raises LineError: none came."""


class SnapshotCamera:
    """A camera that answers a GET with a picture it takes then, as most network cameras can.

    Safe in many threads; each keeps a connection. User and password go as HTTP Basic; Digest is not known.

    Attributes:
        at: when the last picture was taken, by the monotonic clock; 0: none was.
    """

    def __init__(self, url: str, *, user: str = "", password: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise LineError(
                "The camera's address",
                "is no http address",
                received=url,
                cure="As http://10.0.0.5/snapshot.jpg.",
                reason="snapshot-address",
            )
        self._host, self._port = parts.hostname, parts.port or 80
        self._path = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        self.at = 0.0
        self._connections = threading.local()
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"} if user or password else {}

    def take(self, seconds: float) -> Shot:
        if seconds <= 0:
            raise self._refused("no time was left")
        connection = self._connection(seconds)
        try:
            connection.request("GET", self._path, headers=self._headers)
            answer = connection.getresponse()
            data = answer.read(_MOST_BYTES)
            if answer.status != 200:
                raise http.client.HTTPException(f"HTTP {answer.status}")
            came = time.monotonic()
            shot = Shot(images.read(data, name="the camera's picture"), data, came)
            self.at = came
            return shot
        except (OSError, http.client.HTTPException, PictureError) as error:
            self._drop()  # an answer that came late must not be taken for the next picture
            raise self._refused(str(error) or type(error).__name__) from error

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._connections, "one", None)
        if found is None:
            found = self._connections.one = http.client.HTTPConnection(self._host, self._port)
        found.timeout = seconds
        if found.sock is not None:
            found.sock.settimeout(seconds)
        return found

    def _drop(self) -> None:
        self._connections.one.close()
        self._connections.one = None

    def _refused(self, received: str) -> LineError:
        return LineError(
            f"The camera at {self._host}",
            "gave no picture",
            received=received,
            cure="Check that it runs and that its address is right. Parts are rejected meanwhile.",
            reason="no-picture",
        )
