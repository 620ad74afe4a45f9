"""Counters, histograms and measured values as Prometheus reads them."""

from prometheus_client.parser import text_string_to_metric_families

from tenfold.observability.metrics import Measure, Metrics
from tenfold.predictions import Prediction


def prediction(label: str, *, known: bool = True, novelty: float = 0.1) -> Prediction:
    return Prediction(label, 0.9, {label: 0.9}, known, novelty, None)


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text, media_type = metrics.exposition()
    assert media_type.startswith("text/plain")
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    # `class` is a word of Python.
    named = frozenset((key.rstrip("_"), text) for key, text in labels.items())
    return samples(metrics).get((name, named))


def test_requests_are_counted_by_the_class_of_their_status() -> None:
    metrics = Metrics()
    for status in (200, 204, 404, 422, 500):
        metrics.request("GET", "/api/v1/model", status, 0.02)
    for kind, count in (("2xx", 2), ("4xx", 2), ("5xx", 1)):
        labels = {"method": "GET", "route": "/api/v1/model", "status": kind}
        assert value(metrics, "tenfold_requests_total", **labels) == count
    assert value(metrics, "tenfold_request_seconds_count", route="/api/v1/model") == 5
    assert value(metrics, "tenfold_request_seconds_bucket", route="/api/v1/model", le="0.01") == 0
    assert value(metrics, "tenfold_request_seconds_bucket", route="/api/v1/model", le="0.025") == 5


def test_predictions_are_counted_by_class_and_those_of_a_former_model_forgotten() -> None:
    metrics = Metrics()
    metrics.predicted("a" * 64, [prediction("cat"), prediction("cat"), prediction("dog", known=False)])
    labels = {"model": "a" * 12, "class_": "cat", "known": "true"}
    assert value(metrics, "tenfold_predictions_total", **labels) == 2
    metrics.predicted("b" * 64, [prediction("ship", novelty=0.7)])
    models = {dict(labels).get("model") for _, labels in samples(metrics)} - {None}
    assert models == {"b" * 12}
    assert value(metrics, "tenfold_novelty_sum", model="b" * 12) == 0.7


def test_measures_are_taken_when_the_metrics_are_read() -> None:
    metrics, queue = Metrics(), [1]
    metrics.add(lambda: [Measure("tenfold_queue_waiting", "Waiting.", len(queue))])
    metrics.add(lambda: [Measure("tenfold_faults", "Faults.", 3, {"service": "jobs"}, "counter")])
    queue.append(2)
    assert value(metrics, "tenfold_queue_waiting") == 2
    assert value(metrics, "tenfold_faults_total", service="jobs") == 3


def test_a_label_may_hold_any_character() -> None:
    metrics, odd = Metrics(), 'yard "north"\n\\ {a="b"}'
    metrics.add(lambda: [Measure("tenfold_camera_up", "Up.", 1, {"camera": odd})])
    assert value(metrics, "tenfold_camera_up", camera=odd) == 1


def test_openmetrics_is_given_to_whoever_accepts_it() -> None:
    text, media_type = Metrics().exposition("application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")
