"""Traces and measures of requests, sent by OTLP over HTTP to an OpenTelemetry collector. Knows no route.

FastAPI makes the spans. They wait in a queue of a fixed length and are sent by a thread of its own; what the
collector does not take is dropped. The SDK is imported when a `Tracing` is made, and not before.
"""

import threading

from opentelemetry.trace import get_current_span

from tenfold import __version__
from tenfold.errors import MissingExtra

# How long the collector may take for what it is sent at once, and for the last of it when the server stops.
_SECONDS_TO_SEND = 5.0
_SECONDS_TO_STOP = 2.0


class Tracing:
    """Sends the spans and measures of one process.

    The SDK's own variables hold too, such as OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME and
    OTEL_TRACES_SAMPLER.

    Args:
        endpoint: the collector's address without the path, such as http://127.0.0.1:4318.

    Attributes:
        tracers, meters: OpenTelemetry's providers.

    Raises:
        MissingExtra: the SDK is not installed.
    """

    def __init__(self, endpoint: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
            from opentelemetry.sdk.resources import (
                SERVICE_NAME,
                SERVICE_VERSION,
                OTELResourceDetector,
                Resource,
            )
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise MissingExtra(
                "The setting otlp_endpoint",
                "needs packages that are not installed",
                cure='Install them: pip install "tenfold[otlp]"',
            ) from None
        own = Resource.create({SERVICE_NAME: "tenfold", SERVICE_VERSION: __version__})
        resource = own.merge(OTELResourceDetector().detect())
        self.tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        spans = OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=_SECONDS_TO_SEND)
        self.tracers.add_span_processor(BatchSpanProcessor(spans))
        measures = OTLPMetricExporter(f"{endpoint}/v1/metrics", timeout=_SECONDS_TO_SEND)
        reader = PeriodicExportingMetricReader(measures)
        self.meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)

    def close(self) -> None:
        """Send what waits; what the collector has not taken within two seconds is lost."""
        # The SDK's own limits are half a minute.
        closing = [threading.Thread(target=one.shutdown, daemon=True) for one in (self.tracers, self.meters)]
        for one in closing:
            one.start()
        for one in closing:
            one.join(_SECONDS_TO_STOP)


def mark_request(request_id: str, query: bytes) -> None:
    """Give the span of the current request its id, where there is a span, and take the query out of it."""
    span = get_current_span()
    if span.is_recording():
        span.set_attribute("request_id", request_id)
        if query:  # as in the log: nothing says what is in it
            span.set_attribute("url.query", "REDACTED")
