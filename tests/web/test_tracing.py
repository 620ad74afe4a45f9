"""Traces and measures of requests, received by OTLP over HTTP."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tenfold import settings
from tenfold.errors import MissingExtra, SettingError
from tenfold.line.simulator.broker import free_port
from tenfold.observability.tracing import Tracing
from tests.fakes import GREEN, picture
from tests.outbox.receivers import Receiver, receiving
from tests.waiting import until
from tests.web.conftest import Running, Serve

CLIENT = {
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "X-Request-ID": "from-a-client",
}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SCHEDULE_DELAY", 50), ("MAX_QUEUE_SIZE", 64), ("MAX_EXPORT_BATCH_SIZE", 16)):
        monkeypatch.setenv(f"OTEL_BSP_{name}", str(value))
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "100")


@pytest.fixture
def collector() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def requests(collector: Receiver) -> list[Span]:
    """The spans of whole requests: not those of their parts, which FastAPI makes too."""
    return [
        span
        for headers, body in collector.got
        if headers[":path"] == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if span.kind == Span.SPAN_KIND_SERVER
    ]


def facts(span: Span) -> Mapping[str, str | int]:
    return {
        one.key: one.value.int_value if one.value.HasField("int_value") else one.value.string_value
        for one in span.attributes
    }


def traced(serve: Serve, collector: Receiver) -> Running:
    return serve(otlp_endpoint=f"http://127.0.0.1:{collector.port}")


def test_a_request_is_a_span_with_its_id_in_the_trace_of_its_client(
    serve: Serve, collector: Receiver
) -> None:
    client = traced(serve, collector).client
    answer = client.post("/api/v1/classify?token=secret", content=picture(GREEN), headers=CLIENT)
    assert answer.status_code == 200
    until(lambda: requests(collector))
    (span,) = requests(collector)
    assert span.name == "POST /api/v1/classify"
    assert span.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert span.parent_span_id.hex() == "b7ad6b7169203331"
    assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < 30e9
    assert (
        facts(span).items()
        >= {
            "http.request.method": "POST",
            "http.route": "/api/v1/classify",
            "http.response.status_code": 200,
            "url.path": "/api/v1/classify",
            "request_id": "from-a-client",
        }.items()
    )
    assert not any(b"secret" in body for _, body in collector.got)
    body = next(body for headers, body in collector.got if headers[":path"] == "/v1/traces")
    resource = ExportTraceServiceRequest.FromString(body).resource_spans[0].resource
    assert {one.key: one.value.string_value for one in resource.attributes}["service.name"] == "tenfold"


def test_durations_of_requests_are_measured_by_route(serve: Serve, collector: Receiver) -> None:
    client = traced(serve, collector).client
    client.get("/healthz")
    client.get("/no/such/place/17")

    def measured() -> dict[str, int]:
        return {
            str(
                {one.key: one.value.string_value for one in point.attributes}.get("http.route", "")
            ): point.count
            for headers, body in collector.got
            if headers[":path"] == "/v1/metrics"
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == "http.server.request.duration"
            for point in metric.histogram.data_points
        }

    until(lambda: measured() == {"/healthz": 1, "": 1})


def test_names_of_spans_are_bounded_and_refused_requests_have_a_span_too(
    serve: Serve, collector: Receiver
) -> None:
    client = traced(serve, collector).client
    client.get("/no/such/place/17")
    client.request("ODD17", "/healthz", headers={"Host": "evil.example"})
    client.get(f"/api/v1/jobs/{'0' * 28}")
    until(lambda: len(requests(collector)) == 3)
    spans = requests(collector)
    assert {span.name for span in spans} == {"GET", "HTTP", "GET /api/v1/jobs/{job_id}"}
    assert {facts(span)["http.response.status_code"] for span in spans} == {404, 421}
    assert all(facts(span)["request_id"] for span in spans)
    assert all(span.status.code == Status.STATUS_CODE_UNSET for span in spans)


@contextmanager
def unreachable(how: str) -> Iterator[int]:
    """The port of a collector that is not there, or takes what it is sent and never answers."""
    if how == "gone":
        yield free_port()
        return
    with receiving() as collector:
        collector.frozen.set()
        yield collector.port


@pytest.mark.slow
@pytest.mark.parametrize("how", ["gone", "silent"])
def test_a_collector_that_does_not_answer_slows_and_stops_no_request(how: str, serve: Serve) -> None:
    """The exporter waits five seconds. A loaded machine may delay one request, so the median counts."""
    with unreachable(how) as port:
        client = serve(otlp_endpoint=f"http://127.0.0.1:{port}").client
        took = []
        for _ in range(200):
            begun = time.perf_counter()
            assert client.get("/healthz").status_code == 200
            took.append(time.perf_counter() - begun)
        assert median(took) < 2.0


@pytest.mark.slow
def test_closing_does_not_wait_for_a_silent_collector() -> None:
    with unreachable("silent") as port:
        tracing = Tracing(f"http://127.0.0.1:{port}")
        for _ in range(60):  # more than one batch
            tracing.tracers.get_tracer("test").start_span("one").end()
        begun = time.monotonic()
        tracing.close()
        assert time.monotonic() - begun < 4.0


def test_spans_that_wait_are_sent_when_the_server_stops(
    collector: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "60000")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "north")
    tracing = Tracing(f"http://127.0.0.1:{collector.port}")
    tracing.tracers.get_tracer("test").start_span("last").end()
    tracing.close()
    ((headers, body),) = [one for one in collector.got if one[0][":path"] == "/v1/traces"]
    assert b"last" in body
    # The SDK's own variables hold.
    assert headers["x-key"] == "abc"
    assert b"north" in body


@pytest.mark.slow
def test_the_sdk_is_not_imported_unless_it_is_set() -> None:
    program = (
        "import sys\nfrom tenfold.runtime import App\nfrom tenfold.web.app import create_app\n"
        "with App() as app:\n    create_app(app)\n"
        "assert not {'opentelemetry.sdk', 'opentelemetry.exporter'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_the_extra_the_server_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtra, match=r"tenfold\[otlp\]"):
        Tracing("http://127.0.0.1:4318")


@pytest.mark.parametrize(
    "given", ["collector:4318", "http://", "grpc://here:4317", "http://me:secret@here/", "http://a b"]
)
def test_what_is_no_address_of_a_collector_is_refused(given: str) -> None:
    with pytest.raises(SettingError, match="no address of a collector") as refused:
        settings.load({"TENFOLD_OTLP_ENDPOINT": given})
    assert "secret" not in str(refused.value)


@pytest.mark.long
def test_a_slash_at_the_end_of_the_address_changes_nothing() -> None:
    assert settings.load({"TENFOLD_OTLP_ENDPOINT": "https://here:4318/"}).otlp_endpoint == "https://here:4318"
