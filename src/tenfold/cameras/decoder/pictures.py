"""The pictures that a page sends of its device's camera: the newest one waits until a decoder takes it.

Knows no HTTP, and never looks into a picture.
"""

import threading

from tenfold.errors import CameraError

# What a picture may take: of 1280 pixels with much noise it takes half of this.
MOST_BYTES = 1_000_000
# Seconds without a picture after which the sender counts as gone.
SILENT_SECONDS = 4.0
# Browsers allow a page the camera only there.
HOW_TO_SEND = (
    "On the device with the camera open the page Cameras, over https or on the server's own machine, and"
    " press Send this device's camera."
)


def no_sender(description: str) -> CameraError:
    """Nobody sends the pictures of a camera."""
    return CameraError(
        description, "gets no pictures: no page sends them", reason="no-sender",
        cure=HOW_TO_SEND,
    )  # fmt: skip


class PushedPictures:
    """The newest picture of one camera; safe in many threads. A new sender replaces the one before."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._newest: bytes | None = None
        self._sender = 0

    def begin(self) -> int:
        """A new sender; its number."""
        with self._changed:
            self._sender += 1
            return self._sender

    def sends(self, sender: int) -> bool:
        """Whether it is still the current sender."""
        return sender == self._sender

    def put(self, sender: int, jpeg: bytes) -> None:
        """Store a picture, in place of one that waits; ignored where another sender has begun."""
        with self._changed:
            if sender == self._sender:
                self._newest = jpeg
                self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Whether a picture waits, or comes within some seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._newest is not None, seconds)

    def take(self) -> bytes | None:
        """The newest picture, once."""
        with self._changed:
            newest, self._newest = self._newest, None
            return newest
