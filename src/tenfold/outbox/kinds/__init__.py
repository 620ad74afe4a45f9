"""The kinds of destinations: what each is set up with, what may be shown of it, how it is opened.

webhook   an HTTP request, signed
mqtt      a broker, in a form that Home Assistant finds by itself
apprise   e-mail and messengers, by an address as apprise writes it
page      browsers that have tenfold's page open
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from importlib.util import find_spec
from typing import Any, Literal, get_args

from tenfold.errors import MissingExtra, OutboxError
from tenfold.outbox.kinds import addresses
from tenfold.outbox.message import Message, OpenDestination

Kind = Literal["webhook", "mqtt", "apprise", "page"]
KINDS: tuple[str, ...] = get_args(Kind)
_NEEDS = {"webhook": "httpx", "mqtt": "paho", "apprise": "apprise"}
_INSTALL = 'pip install "tenfold[notify]"'


def checked(kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a destination as they are kept.

    Raises:
        OutboxError: there is no such kind, or a setting cannot be used.
        MissingExtra: what the kind needs is not installed.
    """
    if kind not in KINDS:
        kinds = ", ".join(KINDS)
        raise OutboxError(
            f"The kind {kind!r}", "does not exist", cure=f"One of: {kinds}.",
            reason="setting-choice", params={"name": "kind", "choices": kinds},
        )  # fmt: skip
    require(kind)
    if kind == "webhook":
        return addresses.webhook(settings)
    if kind == "mqtt":
        return addresses.mqtt(settings)
    if kind == "apprise":
        from tenfold.outbox.kinds.messengers import check

        return check(settings)
    return {}


def shown(kind: str, settings: Mapping[str, Any]) -> str:
    """A destination's address as it may be shown: no user, no password, no path, which may hold a key."""
    if kind == "webhook":
        return addresses.host_of(settings["url"])
    if kind == "mqtt":
        scheme = "mqtts" if settings["tls"] else "mqtt"
        return f"{scheme}://{settings['host']}:{settings['port']}/{settings['prefix']}"
    if kind == "apprise":
        return f"{settings['url'].partition('://')[0]}://"
    return ""


def require(kind: str) -> None:
    """Raise MissingExtra where what a kind needs is not installed."""
    needed = _NEEDS.get(kind)
    if needed is not None and find_spec(needed) is None:
        raise MissingExtra(
            f"A destination of the kind {kind}",
            f"needs {needed}, which is not installed",
            cure=f"Install it with: {_INSTALL}",
            reason="extra-missing",
            params={"command": _INSTALL},
        )


def open_kind(
    kind: str, name: str, settings: Mapping[str, Any], recent: Sequence[Message]
) -> AbstractContextManager[OpenDestination]:
    """Open a destination; it may be out of reach now.

    Args:
        recent: the last message of each source, so that lasting states can be told again.

    Raises:
        MissingExtra: what the kind needs is not installed.
    """
    require(kind)
    if kind == "webhook":
        from tenfold.outbox.kinds.webhook import Webhook

        return closing(Webhook(name, settings["url"], settings["secret"], local=settings["local"]))
    if kind == "mqtt":
        from tenfold.outbox.kinds.mqtt import Mqtt

        return closing(Mqtt(name, settings, recent))
    if kind == "apprise":
        from tenfold.outbox.kinds.messengers import Messenger

        return nullcontext(Messenger(name, settings["url"]))
    return nullcontext(PageDestination())


class PageDestination:
    """Browsers that show the page: whoever serves them reads what was sent. Knows no browser."""

    def send(self, message: Message) -> None:
        """Nothing to do: browsers read the messages that are marked as sent."""
