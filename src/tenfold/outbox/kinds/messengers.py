"""E-mail and messengers by apprise, with the picture. Knows none of its services.

An apprise address is a secret as a whole: it holds passwords and keys wherever its service has them.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import apprise
from apprise.attachment.memory import AttachMemory

from tenfold.errors import DeliveryError, OutboxError
from tenfold.outbox.message import Message

# These send to any address by plain HTTP; a webhook does that by its own rules.
_WEBHOOKS = ("json", "jsons", "xml", "xmls", "form", "forms")
_LONGEST_WORDS = 300


def check(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings: url. Raises OutboxError, which does not repeat it."""
    url = str(settings.get("url") or "").strip()
    if url.partition("://")[0].lower() in _WEBHOOKS:
        raise OutboxError(
            "The address",
            "is a webhook's",
            cure="Add it as a destination of the kind webhook.",
            reason="messenger-webhook",
        )
    if not url or not _messenger().add(url):
        raise OutboxError(
            "The address",
            "is none that apprise knows",
            cure="For example: mailtos://user:password@mail.example/?to=me@example.org; "
            "all forms are listed at https://github.com/caronc/apprise/wiki.",
            reason="messenger-address",
        )
    return {"url": url}


class Messenger:
    """An apprise service. name: the destination's, for people."""

    def __init__(self, name: str, url: str) -> None:
        self._subject, self._url = f"The messenger {name}", url
        self._messenger = _messenger()
        self._known = self._messenger.add(url)

    def send(self, message: Message) -> None:
        if not self._known:
            raise DeliveryError(
                self._subject, "is not known to this version of apprise", reason="messenger-unknown"
            )
        attach = None
        if message.picture is not None:
            attach = AttachMemory(content=message.picture, name="picture.jpg", mimetype="image/jpeg")  # type: ignore[no-untyped-call]
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
            done = self._messenger.notify(body=message.text, title=message.title, attach=attach)
            words = log.getvalue().strip()
        if not done:
            raise DeliveryError(
                self._subject,
                "did not take the message, or cannot be reached",
                received=without_secrets(words, self._url)[:_LONGEST_WORDS],
                reason="unreachable",
                again=True,
            )


def without_secrets(words: str, url: str) -> str:
    """A text without any part of an address that may be a secret."""
    parts = {part for part in re.split(r"[:/@?&=,]+", url.partition("://")[2]) if len(part) >= 3}
    for part in sorted(parts, key=len, reverse=True):
        words = words.replace(part, "***")
    return " ".join(words.split())


def _messenger() -> apprise.Apprise:
    # Its log repeats addresses and contents; what matters of it stands in the error.
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.WARNING)
    return apprise.Apprise(asset=apprise.AppriseAsset(app_id="tenfold", async_mode=False))
