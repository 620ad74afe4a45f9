"""A video file: its frames, as fast as they are read, with the times of the recording."""

import threading
from collections.abc import Callable, Iterator

from tenfold.cameras.address import Address
from tenfold.cameras.decoder.process import Decoder, End
from tenfold.cameras.frames import Frame, SourceFacts
from tenfold.cameras.sources.probing import probe


class Recording:
    """A video file, or one behind HTTP, in a decoder process of its own.

    Args:
        rate: frames a second that are wanted; None: all.
        planes: see `Decoder`.
        open_decoder: starts a decoder; a test's may be another.
    """

    def __init__(
        self,
        address: Address,
        *,
        rate: float | None = None,
        planes: bool = False,
        open_decoder: Callable[..., Decoder] = Decoder,
    ) -> None:
        self._address, self._rate, self._planes, self._open_decoder = address, rate, planes, open_decoder
        self._facts: SourceFacts | None = None
        self.damaged = 0

    @property
    def facts(self) -> SourceFacts:
        """What is known of the recording; raises CameraError where it cannot be opened."""
        if self._facts is None:
            self._facts = probe(self._address)
        return self._facts

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Yield every frame that is wanted in its order.

        At the end, `damaged` is how many packets could not be decoded.

        Raises:
            CameraError: it cannot be opened, or not read to its end.
        """
        with self._open_decoder(self._address, rate=self._rate, planes=self._planes) as decoder:
            while not stop.is_set():
                event = decoder.receive()
                if isinstance(event, Frame):
                    yield event
                    decoder.resume()
                elif isinstance(event, SourceFacts):
                    self._facts = event
                elif isinstance(event, End):
                    self.damaged = event.damaged
                    return
