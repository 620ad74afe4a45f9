"""Asks a server that runs in a container on this machine. Knows no container engine."""

import json
import ssl
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PASSWORD = "seven green kettles"


@dataclass
class Client:
    """Somebody at an address such as "https://localhost:8443/pictures".

    cookie: of who has signed in. Any certificate is taken.
    """

    address: str
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
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
        parts = urlsplit(self.address)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Content-Type": kind, "Cookie": self.cookie}
        request = urllib.request.Request(f"{self.address}{path}", body, headers)
        return urllib.request.build_opener(*handlers).open(request, timeout=60)
