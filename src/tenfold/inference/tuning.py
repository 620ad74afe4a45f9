"""Measures in which way a model answers most pictures a second on this machine. Knows nothing of servers.

A way is how many pictures are worked on at the same time, and how many of those that wait go into one run of
the network. Which is fastest depends on the processor and on the model, so it is measured, with a photograph
that is decoded each time as an uploaded one is.
"""

import io
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from statistics import median

import numpy as np
from PIL import Image

from tenfold.inference.classifier import Classifier, reading
from tenfold.inference.server import ModelServer
from tenfold.predictions import Prediction

BATCHES = (1, 4, 16)
SECONDS, _TURNS = 3.0, 3
_PHOTO_SIZE = (500, 400)


@dataclass(frozen=True)
class Way:
    """Threads that each work on pictures, 0 being one for each core; and the most pictures in a run."""

    threads: int
    batch: int


@dataclass(frozen=True)
class Speed:
    """How many pictures a second were answered in a way."""

    way: Way
    rate: float


def ways(cores: int) -> list[Way]:
    """What is worth measuring: a thread for each core or one for all, with each size of a batch."""
    return [Way(threads, batch) for threads in dict.fromkeys((cores, 1)) for batch in BATCHES]


def measured(classifier: Classifier, tried: Sequence[Way], seconds: float = SECONDS) -> list[Speed]:
    """The speed of each way, the fastest first. Takes `seconds` for each.

    The ways take turns, so that a slow moment of the machine meets all of them.
    """
    content = _photograph()
    classifier.classify(content)  # the first run prepares the network
    rates: dict[Way, list[float]] = {way: [] for way in tried}
    for _ in range(_TURNS):
        for way, found in rates.items():
            found.append(_rate(classifier, content, way, seconds / _TURNS))
    return sorted((Speed(way, median(found)) for way, found in rates.items()), key=lambda one: -one.rate)


def _rate(classifier: Classifier, content: bytes, way: Way, seconds: float) -> float:
    """Pictures a second where enough of them wait at every moment."""
    waiting, count = deque["Future[Prediction]"](), 0
    with ModelServer(classifier, threads=way.threads, batch=way.batch) as server:
        begun = time.monotonic()
        while time.monotonic() < begun + seconds or waiting:
            while len(waiting) < 2 * way.batch * server.workers and time.monotonic() < begun + seconds:
                waiting.append(server.submit(reading(content)))
            if waiting:
                waiting.popleft().result()
                count += 1
        return count / (time.monotonic() - begun)


def _photograph() -> bytes:
    """A JPEG as large as a small photograph, with as much in it."""
    width, height = _PHOTO_SIZE
    slope = np.linspace(40, 200, width)[None, :, None] + np.linspace(0, 40, height)[:, None, None]
    pixels = slope + np.random.default_rng(0).normal(0, 12, (height, width, 3))
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()
