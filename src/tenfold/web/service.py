"""What the routes of one app share: the house, the classifier at work with its batcher, and the limits."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fastapi import Request

from tenfold import configuring
from tenfold.inference import Classifier
from tenfold.runtime import App
from tenfold.runtime.services import describe, services
from tenfold.runtime.supervisor import Supervisor
from tenfold.settings import Settings, load, variable
from tenfold.web.batching import Batcher
from tenfold.web.events import Events
from tenfold.web.room import Room
from tenfold.web.threads import Threads
from tenfold.web.uploads import UploadLimits, declared

# Uploads held by all requests together, in pictures of the largest size, where no setting says how much.
_HELD_PICTURES = 20
# How long services may take to stop, all together.
_SECONDS_TO_STOP = 15.0


@dataclass
class Serving:
    """One model at work, and how many requests use it."""

    classifier: Classifier
    batcher: Batcher
    users: int = 0


class Service:
    """The house behind one app, its services, and the limits on what requests may ask for."""

    def __init__(self, house: App) -> None:
        self.house = house
        self.settings = settings = house.settings
        self.stated = stated(settings.home)
        self.uploads = UploadLimits(settings.max_picture_bytes, settings.max_files_per_request)
        # Bytes of uploads that are held, and requests whose pictures are being worked on.
        self.memory = Room(
            settings.max_upload_memory or _HELD_PICTURES * settings.max_picture_bytes,
            percent=settings.client_percent,
            full="holds as many uploads as it has room for",
        )
        self.places = Room(
            settings.max_requests,
            percent=settings.client_percent,
            full=f"works on {settings.max_requests} requests, and takes no more",
        )
        self.threads = Threads(painting=settings.threads or os.cpu_count() or 1)
        self.events = Events(house)
        self.supervisor = Supervisor([*services(house), self.events], describe)
        self._serving = self._made(house.live.classifier)
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def classifier(self) -> Classifier:
        """The model that answers now."""
        return self._serving.classifier

    @property
    def batcher(self) -> Batcher:
        return self._serving.batcher

    @contextmanager
    def serving(self) -> Iterator[Serving]:
        """The model that answers now; it stays at work for this request, whatever goes live meanwhile."""
        one = self._serving
        one.users += 1
        try:
            yield one
        finally:
            one.users -= 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """At work: follows the house's live model, and lets the last one finish what it has begun."""
        loop = asyncio.get_running_loop()
        await self._serving.batcher.__aenter__()
        self.house.live.tell(lambda new: loop.call_soon_threadsafe(self._follow, new))
        self.house.database.after_commit(self.events.wake)
        self.supervisor.start()
        try:
            yield
        finally:
            self.events.end()
            await asyncio.to_thread(self.supervisor.stop, _SECONDS_TO_STOP)
            await self._stop()
            self.threads.close()

    async def _stop(self) -> None:
        await self._serving.batcher.__aexit__(None, None, None)
        await asyncio.gather(*self._retiring)

    def _made(self, classifier: Classifier) -> Serving:
        settings = self.settings
        return Serving(
            classifier,
            Batcher(
                classifier.run,
                size=settings.batch_size,
                wait=settings.batch_wait_ms / 1000,
                workers=settings.threads,
            ),
        )

    def _follow(self, classifier: Classifier) -> None:
        task = asyncio.create_task(self._exchange(classifier))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _exchange(self, classifier: Classifier) -> None:
        new, old = self._made(classifier), self._serving
        await new.batcher.__aenter__()
        self._serving = new
        while old.users:
            await asyncio.sleep(0.05)
        await old.batcher.__aexit__(None, None, None)

    def admit(self, request: Request, holders: Sequence[str]) -> None:
        """Raise Overloaded, before any of its body is read, where there is no room for a request now."""
        self.places.check(holders, 1)
        self.memory.check(holders, min(declared(request), self.uploads.picture_bytes))


def stated(home: Path) -> Settings:
    """The settings as variables and the file state them, without what the command line was told."""
    file = configuring.place(home)
    return load({**os.environ, variable("home"): str(home)}, file if file.is_file() else None)


def service_of(request: Request) -> Service:
    """The service behind the app that got the request."""
    return cast(Service, request.app.state.service)
