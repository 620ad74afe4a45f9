"""Opens a source for a moment, to say what it is or what is wrong. Knows nothing of what it is for."""

import time

from tenfold.cameras.address import Address
from tenfold.cameras.decoder.pictures import HOW_TO_SEND
from tenfold.cameras.decoder.process import Decoder, no_key_frame, not_begun
from tenfold.cameras.frames import Frame, SourceFacts
from tenfold.cameras.sources.folder import Folder
from tenfold.errors import CameraError, UsageError

PROBE_SECONDS = 10.0


def opened_by_page(address: Address) -> UsageError:
    """A page's camera cannot be opened from here."""
    return UsageError(
        address.description, "is opened by the page, so it cannot be tried from here", reason="source-page",
        cure=f"Add it. {HOW_TO_SEND}",
    )  # fmt: skip


def probe(address: Address, *, seconds: float = PROBE_SECONDS) -> SourceFacts:
    """What a source says of itself, after one of its frames was decoded.

    Args:
        seconds: it may take no longer.

    Raises:
        CameraError: it cannot be opened, gives no picture, or takes longer; the reason says which.
    """
    if address.kind == "browser":
        raise opened_by_page(address)
    if address.kind == "folder":
        return Folder(address.target).facts
    until = time.monotonic() + seconds
    facts: SourceFacts | None = None
    with Decoder(address, open_seconds=seconds, give_way=False) as decoder:
        while time.monotonic() < until:
            event = decoder.receive()
            if isinstance(event, SourceFacts):
                facts = event
            if isinstance(event, Frame) and facts is not None:
                return facts
        if not decoder.begun:
            raise not_begun(address.description, seconds)
        if decoder.awaits_key_frame:
            raise no_key_frame(address.description, seconds)
    raise CameraError(
        address.description, "does not answer", received=f"no frame within {seconds:g} s", reason="timeout",
        cure="Check the address, and whether the camera is on and in this network.",
    )  # fmt: skip
