"""Asks a server that runs in a container on this machine. Knows no container engine."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

PASSWORD = "seven green kettles"


@dataclass
class Client:
    """Somebody at `http://127.0.0.1:PORT/PREFIX`.

    prefix: "" or "/pictures"; cookie: of who has signed in.
    """

    port: int
    prefix: str = ""
    cookie: str = ""

    def sign_in(self, path: str = "/api/v1/session", **more: str) -> None:
        body = json.dumps({"name": "ann", "password": PASSWORD, **more}).encode()
        with self._ask(path, body, "application/json") as answer:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def ask(self, path: str, body: bytes | None = None) -> Any:
        return json.loads(self.read(path, body))

    def read(self, path: str, body: bytes | None = None) -> bytes:
        with self._ask(path, body) as answer:
            content: bytes = answer.read()
        return content

    def _ask(self, path: str, body: bytes | None = None, kind: str = "application/octet-stream") -> Any:
        origin = f"http://127.0.0.1:{self.port}"
        headers = {"Origin": origin, "Content-Type": kind, "Cookie": self.cookie}
        return urllib.request.urlopen(
            urllib.request.Request(f"{origin}{self.prefix}{path}", body, headers), timeout=60
        )
