"""A message to a destination, and what a sender of messages has to offer. Knows no table and no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

LONGEST_PICTURE = 256 * 1024


class MessageType(StrEnum):
    """What a message is about, as its `data` says under `type`."""

    EVENT = "event"  # before a camera
    REMOVED = "removed"  # a camera: brokers forget what they retain of it
    DRIFT = "drift"
    TEST = "test"


@dataclass(frozen=True)
class Message:
    """A message, the same for every destination.

    Attributes:
        key: identifies it; a message that is delivered twice has the same.
        at: when it was written.
        source: what tells it, as part of an address: small letters, digits, - and _.
        source_name: the same for people.
        title: one line for people.
        data: the same for programs, as JSON takes it; `type` is a MessageType.
        picture: a JPEG of `LONGEST_PICTURE` bytes at most.
    """

    key: str
    at: datetime
    source: str
    source_name: str
    title: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    picture: bytes | None = field(default=None, repr=False)

    def fields(self) -> dict[str, Any]:
        """All but the picture, as JSON takes it."""
        return {
            "id": self.key,
            "at": self.at.isoformat(),
            "source": self.source,
            "source_name": self.source_name,
            "title": self.title,
            "text": self.text,
            "data": dict(self.data),
        }


class OpenDestination(Protocol):
    """An open destination."""

    def send(self, message: Message) -> None:
        """Send a message; returns when it was received. Raises DeliveryError: it was not, or nobody knows."""
