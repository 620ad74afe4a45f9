"""The metrics of a server, in the format of Prometheus. Knows no HTTP, no table and no network.

The values of labels are bounded: routes as the API's document has them, classes of status, classes of the
live model. Whatever a client sends is in none of them.
"""

import platform
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tenfold import __version__
from tenfold.predictions import Prediction

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BATCHES = (1, 2, 4, 8, 16, 32, 64)
_NOVELTY = tuple(step / 20 for step in range(1, 21))
# The route of a request for which there is none, or that was refused before.
OTHER = "other"


@dataclass(frozen=True)
class Measure:
    """One present value, taken when metrics are read.

    Attributes:
        name: without the ending that a counter has.
        help: what it says, in one line; the same for every measure of the name.
    """

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["gauge", "counter"] = "gauge"


Measured = Callable[[], Iterable[Measure]]


class Metrics:
    """The metrics of one process. Safe in many threads."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a further series for each
        self._registry = CollectorRegistry()
        self._current = _Current()
        self._registry.register(self._current)
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "tenfold_requests",
            "Requests that were answered, by the class of the status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "tenfold_request_seconds",
            "From the head of a request to the head of its answer: the upload is in it, the sending is not.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._batch = Histogram(
            "tenfold_batch_size",
            "Pictures in one run of the network.",
            buckets=_BATCHES,
            registry=self._registry,
        )
        self._predictions = Counter(
            "tenfold_predictions",
            "Answers of the live model by class; known: false is 'none of these'.",
            ["model", "class", "known"],
            registry=self._registry,
        )
        self._novelty = Histogram(
            "tenfold_novelty",
            "How unlike the training data the pictures of the live model were.",
            ["model"],
            buckets=_NOVELTY,
            registry=self._registry,
        )
        self._model = ""
        self._lock = threading.Lock()
        self.add(lambda: [_BUILD])

    def add(self, measured: Measured) -> None:
        """Ask `measured` for values whenever the metrics are read."""
        self._current.sources.append(measured)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; seconds: until its answer began."""
        self._requests.labels(method, route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

    def run(self, pictures: int) -> None:
        """Count one run of a network."""
        self._batch.observe(pictures)

    def predicted(self, model: str, predictions: Sequence[Prediction]) -> None:
        """Count answers of the live model; those of the one before it are forgotten.

        Args:
            model: the SHA-256 of its file.
        """
        short = model[:12]
        with self._lock:  # or a late answer of the old model would bring its series back
            if self._model != short:
                self._model = short
                self._predictions.clear()
                self._novelty.clear()
            for one in predictions:
                self._predictions.labels(short, one.label, str(one.known).lower()).inc()
                self._novelty.labels(short).observe(one.novelty)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics as text, and its media type.

        Args:
            accept: the client's Accept header: OpenMetrics is returned if it is named.
        """
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _Current(Collector):
    """The measures that are taken when the metrics are read."""

    def __init__(self) -> None:
        self.sources: list[Measured] = []

    def describe(self) -> Iterable[Metric]:
        return ()  # else the registry would read them all when this is added

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for source in self.sources:
            for one in source():
                if one.name not in families:
                    families[one.name] = _family(one)
                family = families[one.name]
                assert isinstance(family, GaugeMetricFamily | CounterMetricFamily)
                family.add_metric(list(one.labels.values()), one.value)
        yield from families.values()


def _family(one: Measure) -> Metric:
    family = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
    return family(one.name, one.help, labels=list(one.labels))


_BUILD = Measure(
    "tenfold_build_info",
    "What is running; always 1.",
    1,
    {"version": __version__, "python": platform.python_version()},
)
