"""A real server around the classifier that sees colours."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from tenfold import settings
from tenfold.inference import Classifier
from tenfold.web.app import create_app
from tenfold.web.server import Server, configured
from tenfold.web.service import WebService
from tests.fakes import FakeApp

if TYPE_CHECKING:
    from tests.web.signed_in import Staffed


@dataclass
class Running:
    """A server that answers at `address`."""

    address: str
    port: int
    client: httpx.Client
    service: WebService
    loop: asyncio.AbstractEventLoop
    connections: set[Any]


Serve = Callable[..., Running]


def start(app: FastAPI) -> tuple[Server, threading.Thread, int]:
    listening = socket.create_server(("127.0.0.1", 0))
    proxies = app.state.service.settings.trusted_proxies
    server = Server(configured(app, proxies=proxies, log_level="critical"))
    thread = threading.Thread(daemon=True, target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    port = int(listening.getsockname()[1])
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    return server, thread, port


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts a server: `serve(classifier, page=folder, max_picture_bytes=...)`."""
    with ExitStack() as stack:

        def one(
            classifier: Classifier | None = None,
            page: Path | None = None,
            made: type[FakeApp] = FakeApp,
            **changes: Any,
        ) -> Running:
            home = tmp_path_factory.mktemp("home")
            chosen = settings.load().model_copy(update={"home": home, "data_dir": home / "data", **changes})
            parts = stack.enter_context(made(chosen, classifier))
            app = create_app(parts, page=page or tmp_path_factory.mktemp("not-built"))
            server, thread, port = start(app)

            def stop() -> None:
                server.should_exit = True
                thread.join()

            stack.callback(stop)
            address = f"http://127.0.0.1:{port}"
            client = stack.enter_context(httpx.Client(base_url=address, timeout=30, trust_env=False))
            loop, connections = server.servers[0].get_loop(), server.server_state.connections
            return Running(address, port, client, app.state.service, loop, connections)

        yield one


@pytest.fixture(scope="module")
def running(serve: Serve) -> Running:
    """One server for tests that change nothing in it."""
    return serve()


@pytest.fixture(scope="module")
def staffed(serve: Serve) -> "Iterator[Staffed]":
    """A server where people have accounts."""
    from tests.web.signed_in import staff

    with staff(serve) as made:
        yield made
