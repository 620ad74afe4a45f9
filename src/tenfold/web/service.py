"""What the routes of one app share: the classifier, its batcher, the settings and the limits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from fastapi import Request

from tenfold.inference import Classifier
from tenfold.settings import Settings
from tenfold.web.batching import Batcher
from tenfold.web.problems import Overloaded
from tenfold.web.uploads import Memory, UploadLimits

MOST_REQUESTS = 128
# Uploads held by all requests together, in pictures of the largest size.
_HELD_PICTURES = 20


class Service:
    """One classifier at work."""

    def __init__(self, classifier: Classifier, settings: Settings) -> None:
        self.classifier = classifier
        self.settings = settings
        self.batcher = Batcher(
            classifier.run,
            size=settings.batch_size,
            wait=settings.batch_wait_ms / 1000,
            workers=settings.threads,
        )
        self.uploads = UploadLimits(settings.max_picture_bytes, settings.max_files_per_request)
        self.memory = Memory(_HELD_PICTURES * settings.max_picture_bytes)
        self._requests = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request's work; Overloaded where there is none."""
        if self._requests >= MOST_REQUESTS:
            raise Overloaded(
                "This server",
                f"works on {MOST_REQUESTS} requests, and takes no more",
                cure="Try again in a moment.",
            )
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1


def service_of(request: Request) -> Service:
    """The service behind the app that got the request."""
    return cast(Service, request.app.state.service)
