"""Serves the whole app under a path prefix, such as /pictures, behind a proxy that also serves other apps.

The prefix is taken off each request, so nothing inside knows of it; a proxy may take it off itself. Where an
answer leads to another address of this server, the prefix stands before that. Knows no route.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Rooted:
    """ASGI middleware that does what the module says.

    Args:
        root: the prefix, with a slash before it and none behind it; empty for none.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app, self._root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = self._root
        if scope["type"] not in ("http", "websocket") or not root:
            await self._app(scope, receive, send)
            return
        if scope["path"] == root or scope["path"].startswith(f"{root}/"):
            raw: bytes = scope.get("raw_path") or scope["path"].encode()
            prefix = root.encode()
            inside = raw.removeprefix(prefix) or b"/"
            scope = {**scope, "path": scope["path"].removeprefix(root) or "/", "raw_path": inside}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if place := headers.get("location"):
                    headers["location"] = _under(root, place)
            await send(message)

        await self._app(scope, receive, sending)


def _under(root: str, place: str) -> str:
    """Our address with the prefix, and without the server's name, which may differ from the proxy's."""
    parts = urlsplit(place)
    return root + parts._replace(scheme="", netloc="").geturl() if parts.path.startswith("/") else place
