"""Makes messages of a camera's event by the rules, in the transaction in which the event is kept.

When a camera is removed, brokers are told to delete what they retain of it.

Knows no destination.
"""

import logging
from datetime import datetime

from tenfold.cameras.rules.kept import Rules, sighting
from tenfold.cameras.rules.tables import RuleRow
from tenfold.cameras.tables import CameraRow, EventRow
from tenfold.cameras.votes import NONE_OF_THESE
from tenfold.database import Session, now
from tenfold.errors import TenfoldError
from tenfold.outbox import Message, MessageType, Outbox
from tenfold.outbox.outbox import new_key
from tenfold.storage import BlobStore, read_if_there

log = logging.getLogger(__name__)


class Tell:
    """Evaluates the rules for each event, puts messages into the outbox, and requests recordings.

    Args:
        pictures: the store of the events' pictures.
    """

    def __init__(self, rules: Rules, outbox: Outbox, pictures: BlobStore) -> None:
        self._rules, self._outbox, self._pictures = rules, outbox, pictures

    def note(self, session: Session, event: EventRow, change: str) -> None:
        """An event was opened or changed; called in its transaction (`CameraEvents`)."""
        camera = session.get(CameraRow, event.camera_id)
        if camera is not None and camera.removed_at is not None:
            return  # its last event ends; a broker that was told to forget it would hear of it again
        for rule in self._rules.fired(session, sighting(event, camera), local):
            event.record = event.record or rule.record
            name = camera.name if camera is not None else str(event.camera_id)
            self._outbox.put(session, self._message(rule, event, name), rule.destinations)

    def removed(self, session: Session, camera: CameraRow) -> None:
        """A camera was removed; called in that transaction (`Cameras`)."""
        data = {"type": MessageType.REMOVED, "camera": camera.id, "camera_name": camera.name}
        message = Message(new_key(), now(), _source(camera.id), camera.name, camera.name, "", data)
        self._outbox.put(session, message, self._outbox.of_kind(session, "mqtt"))

    def _message(self, rule: RuleRow, event: EventRow, camera: str) -> Message:
        label = event.said or NONE_OF_THESE
        when = local(event.started_at)
        words = [f"{when:%Y-%m-%d %H:%M:%S}", f"{event.confidence:.0%}", *event.zones]
        data = {
            "type": MessageType.EVENT,
            "event": event.id,
            "state": event.state,
            "camera": event.camera_id,
            "camera_name": camera,
            "class": label,
            "confidence": round(event.confidence, 4),
            "zones": list(event.zones),
            "box": [round(one) for one in event.box],
            "start": event.started_at.isoformat(),
            "end": event.ended_at.isoformat(),
            "rule": rule.name,
        }
        return Message(
            new_key(),
            now(),
            _source(event.camera_id),
            camera,
            f"{label} · {camera}",
            f"{', '.join(words)} · {rule.name}",
            data,
            self._picture(event),
        )

    def _picture(self, event: EventRow) -> bytes | None:
        """Its best picture; without it the message is still sent."""
        if event.crop is None:
            return None
        try:
            return read_if_there(self._pictures, event.crop)
        except (TenfoldError, OSError) as error:
            log.warning("The picture of the event %s cannot be read: %s", event.id, error)
            return None


def _source(camera_id: int) -> str:
    return f"camera-{camera_id}"


def local(moment: datetime) -> datetime:
    """A time in this server's time zone."""
    return moment.astimezone()
