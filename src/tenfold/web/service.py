"""Shared by all routes: the container of parts, the services and the limits."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.requests import HTTPConnection

from tenfold import images
from tenfold.inference import Classifier
from tenfold.inference.server import Closed
from tenfold.observability.metrics import Measure
from tenfold.runtime import App
from tenfold.runtime.measures import of_services
from tenfold.runtime.services import describe, services
from tenfold.runtime.supervisor import Supervisor
from tenfold.settings import Settings, load, variable
from tenfold.settings import file as configuring
from tenfold.web.events import Events
from tenfold.web.request_errors import Overloaded
from tenfold.web.security.quotas import Quota, Reservation
from tenfold.web.threads import Threads
from tenfold.web.uploads.pictures import UploadLimits, declared

# How long services may take to stop, all together.
_SECONDS_TO_STOP = 15.0


class WebService:
    """The parts behind the routes, the services, and the limits on requests."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.settings = settings = app.settings
        self.stated = stated(settings.home)
        self.uploads = UploadLimits(settings.max_picture_bytes, settings.max_files_per_request)
        # Bytes of bodies in memory, and requests whose pictures are being worked on.
        self.memory = Quota(
            settings.upload_memory,
            client_percent=settings.client_percent,
            full="holds as many uploads as it has room for",
        )
        self.concurrency = Quota(
            settings.max_requests,
            client_percent=settings.client_percent,
            full=f"works on {settings.max_requests} requests, and takes no more",
        )
        self.viewers = Quota(
            settings.max_viewers, client_percent=settings.client_percent, full="shows cameras to nobody more"
        )
        self.threads = Threads(decoding=settings.threads or os.cpu_count() or 1)
        self.events = Events(app)
        self.supervisor = Supervisor([*services(app), self.events], describe)
        app.metrics.add(lambda: of_services(self.supervisor.health()))
        app.metrics.add(self._load)

    @property
    def classifier(self) -> Classifier:
        """The model that answers now."""
        return self.app.model_server.model

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the services while the context is entered."""
        self.app.database.after_commit(self.events.wake)
        self.supervisor.start()
        try:
            yield
        finally:
            self.events.end()
            images.stop()  # wakes threads that wait for a decoder
            await asyncio.to_thread(self.supervisor.stop, _SECONDS_TO_STOP)
            await asyncio.to_thread(self.app.model_server.close)
            self.threads.close()

    def _load(self) -> Iterator[Measure]:
        working = "Requests whose pictures are worked on."
        yield Measure("tenfold_requests_working", working, self.concurrency.used)
        yield Measure("tenfold_upload_memory_bytes", "Bytes of uploads in memory.", self.memory.used)

    def admit(self, request: Request, clients: Sequence[str]) -> None:
        """Raise Overloaded, before any of its body is read, if a request would be refused now."""
        self.concurrency.check(clients, 1)
        self.memory.check(clients, min(declared(request), self.uploads.picture_bytes))

    @contextmanager
    def reserved(self, clients: Sequence[str]) -> Iterator[tuple[Reservation, Reservation]]:
        """Reserves for a request with pictures: memory for its bytes, and a slot while they are processed.

        Raises Overloaded, also where the model server was closed meanwhile.
        """
        try:
            with self.memory.reservation(clients) as memory, self.concurrency.reservation(clients) as slot:
                yield memory, slot
        except Closed as reason:
            raise Overloaded("This server", "is stopping", cure="Try again in a moment.") from reason


def stated(home: Path) -> Settings:
    """The settings of the environment and the file, without options of the command line."""
    file = configuring.place(home)
    return load({**os.environ, variable("home"): str(home)}, file if file.is_file() else None)


def service_of(request: HTTPConnection) -> WebService:
    """The service behind the app that got the request."""
    return cast(WebService, request.app.state.service)


# As routes take them. Not plain functions: those would wait for a thread.
async def _service(request: HTTPConnection) -> WebService:
    return service_of(request)


async def _app(request: HTTPConnection) -> App:
    return service_of(request).app


TheService = Annotated[WebService, Depends(_service)]
TheApp = Annotated[App, Depends(_app)]
