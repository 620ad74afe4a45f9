"""Sends waiting messages, each destination in its own thread, so that a slow one delays no other.

A service. A message is noted as sent after it was received, so a process that is killed in between sends it
again, with the same id. Knows no destination's ways.
"""

import logging
import threading
import traceback
from collections.abc import Callable

from tenfold.errors import DeliveryError, TenfoldError
from tenfold.outbox.kinds import open_kind
from tenfold.outbox.message import OpenDestination
from tenfold.outbox.outbox import Outbox
from tenfold.outbox.queue import OutboxQueue
from tenfold.outbox.tables import DestinationRow, MessageRow

log = logging.getLogger(__name__)

# Attempts after which a refused message becomes a dead letter; one whose receiver is unreachable waits on.
MOST_REFUSALS = 3
# Seconds between attempts: doubled each time, up to the second figure.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0
_SECONDS_BETWEEN_CHECKS = 1.0
_SECONDS_BETWEEN_CLAIMS = 4.0
_SECONDS_TO_STOP = 5.0
_SECONDS_UNUSABLE = 30.0
_SENT_BETWEEN_TIDYINGS = 100


class Sender:
    """The service that empties an outbox.

    Args:
        worker: identifies this process among those that share the database.
        ended: whether another worker's process has certainly ended.
    """

    name = "outbox"

    def __init__(self, outbox: Outbox, queue: OutboxQueue, worker: str, ended: Callable[[str], bool]) -> None:
        self._queue, self._worker, self._ended = queue, worker, ended
        self._woken = threading.Event()
        self._lines: dict[int, _DestinationSender] = {}
        outbox.on_change(self.wake)
        outbox.on_put(self._wake_lines)

    def wake(self) -> None:
        self._woken.set()

    def _wake_lines(self) -> None:
        for line in list(self._lines.values()):
            line.wake()

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._follow()
                self._woken.wait(_SECONDS_BETWEEN_CLAIMS)
                self._woken.clear()
        finally:
            for line in self._lines.values():
                line.end()
            for line in self._lines.values():
                line.join(_SECONDS_TO_STOP)
            self._lines.clear()
            self._queue.release(self._worker)

    def _follow(self) -> None:
        """Start sending to new destinations, and stop sending to removed or changed ones."""
        claimed = self._queue.claim(self._worker, self._ended)
        mine = {row.id: row for row in claimed if row.enabled}
        for destination_id, line in list(self._lines.items()):
            if line.fault is not None:
                raise line.fault
            row = mine.get(destination_id)
            if row is None or row.changed_at != line.row.changed_at:
                line.end()
                line.join(_SECONDS_TO_STOP)
                del self._lines[destination_id]
        for destination_id, row in mine.items():
            if destination_id not in self._lines:
                self._lines[destination_id] = _DestinationSender(self._queue, row)
                self._lines[destination_id].start()


class _DestinationSender(threading.Thread):
    """Sends the messages of one destination, one by one. fault: what ended it, if it was not told to end."""

    def __init__(self, queue: OutboxQueue, row: DestinationRow) -> None:
        super().__init__(name=f"tenfold-outbox-{row.id}", daemon=True)
        self.row = row
        self._queue = queue
        self._stop_asked, self._woken = threading.Event(), threading.Event()
        self._sent = 0
        self.fault: Exception | None = None

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self._stop_asked.set()
        self._woken.set()

    def run(self) -> None:
        try:
            while not self._stop_asked.is_set():
                self._serve()
        except Exception as error:  # noqa: BLE001 - the service raises it, and is started again
            self.fault = error

    def _serve(self) -> None:
        """Send until it is to end; wait a while where the destination cannot be opened."""
        try:
            opened = open_kind(
                self.row.kind, self.row.name, self.row.settings, self._queue.recent(self.row.id)
            )
        except TenfoldError as error:  # a part that is not installed; the other destinations go on
            self._queue.unusable(self.row.id, error)
            self._stop_asked.wait(_SECONDS_UNUSABLE)
            return
        with opened as channel:
            self._queue.tidy(self.row.id)
            while not self._stop_asked.is_set():
                self._woken.clear()
                if not self._send_next(channel):
                    self._woken.wait(_SECONDS_BETWEEN_CHECKS)

    def _send_next(self, channel: OpenDestination) -> bool:
        """Send the oldest message that waits; False where there is none."""
        found = self._queue.next(self.row.id)
        if found is None:
            return False
        row, message = found
        try:
            channel.send(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown with the message
            self._failed(row, error)
            return True
        self._queue.sent(row)
        self._sent += 1
        if self._sent % _SENT_BETWEEN_TIDYINGS == 0:
            self._queue.tidy(self.row.id)
        return True

    def _failed(self, row: MessageRow, error: Exception) -> None:
        if not isinstance(error, TenfoldError):
            # Not its words: they may hold an address with a password.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("The destination %s failed: %s\n%s", self.row.id, type(error).__name__, where)
        known = error if isinstance(error, TenfoldError) else _fault(self.row, error)
        again = isinstance(known, DeliveryError) and known.again
        pause = min(FIRST_PAUSE * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
        self._queue.failed(row, known, dead=not again and row.attempts + 1 >= MOST_REFUSALS, pause=pause)
        if row.attempts == 0:
            log.warning("The destination %s: %s", self.row.id, known)
        self._queue.tidy(self.row.id)
        self._stop_asked.wait(pause)


def _fault(row: DestinationRow, error: Exception) -> DeliveryError:
    return DeliveryError(
        f"The destination {row.name}",
        "failed by a fault in tenfold",
        received=type(error).__name__,
        cure="The log has all of it.",
        reason="internal-fault",
    )
