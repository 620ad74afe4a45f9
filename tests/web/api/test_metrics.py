"""GET /metrics, and what every request leaves behind."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tenfold.errors import DatabaseError
from tests.fakes import GREEN, picture
from tests.web.conftest import Running, Serve
from tests.web.signed_in import Staffed, staff


def values(text: str, name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(one.labels[name] for name in sorted(one.labels)): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == name
    }


def test_what_happens_is_counted(serve: Serve) -> None:
    running = serve()
    client = running.client
    assert client.post("/api/v1/classify", content=picture(GREEN)).status_code == 200
    assert client.get(f"/api/v1/jobs/{'0' * 28}").status_code == 404
    assert client.get("/no/such/place/17").status_code == 404
    answer = client.get("/metrics")
    assert answer.status_code == 200
    requests = values(answer.text, "tenfold_requests_total")
    assert requests["POST", "/api/v1/classify", "2xx"] == 1
    assert requests["GET", "/api/v1/jobs/{job_id}", "4xx"] == 1
    assert requests["GET", "other", "4xx"] == 1
    model = running.service.classifier.sha256[:12]
    assert values(answer.text, "tenfold_predictions_total") == {("green", "true", model): 1}
    assert values(answer.text, "tenfold_batch_size_count") == {(): 1}
    assert values(answer.text, "tenfold_service_up")["jobs",] == 1
    assert values(answer.text, "tenfold_database_up") == {(): 1}
    assert {"home", "pictures", "database"} <= {
        store for (store,) in values(answer.text, "tenfold_disk_free_bytes")
    }
    for name in ("tenfold_queue_waiting", "tenfold_requests_working", "process_resident_memory_bytes"):
        assert values(answer.text, name)


def test_labels_are_bounded_whatever_is_asked_for(serve: Serve) -> None:
    running = serve()
    for number in range(40):
        running.client.get(f"/x{number}")
        running.client.request(f"ODD{number}", "/api/v1/model")
        running.client.get("/api/v1/model", headers={"Host": f"h{number}.example"})
    found = values(running.client.get("/metrics").text, "tenfold_requests_total")
    assert len(found) <= 6


def test_a_database_that_is_gone_costs_only_what_stands_in_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve()

    def gone() -> None:
        raise DatabaseError("The database", "cannot be reached")

    monkeypatch.setattr(running.service.app.database, "check", gone)
    answer = running.client.get("/metrics")
    assert answer.status_code == 200
    assert values(answer.text, "tenfold_database_up") == {(): 0}
    assert not values(answer.text, "tenfold_jobs")
    assert values(answer.text, "tenfold_queue_waiting") == {(): 0}


@pytest.mark.slow
def test_a_database_that_is_silent_is_not_waited_for_longer_than_prometheus_waits(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, over = staffed.running.service.app, threading.Event()

    def silent(*_: object) -> None:
        over.wait(60)
        raise DatabaseError("The database", "does not answer")

    with staffed.program(staffed.token("ann", "monitor")) as prometheus:
        assert prometheus.get("/metrics").status_code == 200
        with monkeypatch.context() as patch:
            patch.setattr(app.tokens, "find", silent)
            patch.setattr(app.database, "check", silent)
            began = time.monotonic()
            answer = prometheus.get("/metrics")
            seconds = time.monotonic() - began
            over.set()
    assert values(answer.text, "tenfold_database_up") == {(): 0}
    assert values(answer.text, "tenfold_service_up")
    assert seconds < 20  # 7 and what a loaded machine adds


def test_the_setting_switches_it_off(serve: Serve) -> None:
    assert serve(metrics="off").client.get("/metrics").status_code == 404


@pytest.fixture(scope="module")
def staffed(serve: Serve) -> Iterator[Staffed]:
    with staff(serve) as found:
        yield found


def test_a_token_for_metrics_reads_them_and_nothing_else(staffed: Staffed) -> None:
    assert staffed.stranger.get("/metrics").status_code == 401
    assert staffed.vic.get("/metrics").status_code == 200
    with staffed.program(staffed.token("ann", "monitor")) as prometheus:
        assert prometheus.get("/metrics").status_code == 200
        for address in ("/api/v1/model", "/api/v1/jobs", "/openapi.json", "/api/v1/events"):
            assert prometheus.get(address).status_code == 403, address
        assert prometheus.post("/api/v1/classify", content=picture(GREEN)).status_code == 403


def test_a_token_for_metrics_reads_them_while_the_database_that_knows_it_is_away(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = staffed.running.service.app

    def gone(*_: object) -> None:
        raise DatabaseError("The database", "does not answer")

    with (
        staffed.program(staffed.token("ann", "monitor")) as prometheus,
        staffed.program(staffed.token("ann", "monitor")) as late,
        staffed.program(staffed.token("ann", "monitor")) as revoked,
    ):
        assert prometheus.get("/metrics").status_code == 200
        assert revoked.get("/metrics").status_code == 200
        app.tokens.revoke(app.tokens.issued()[0].id)  # the newest
        assert revoked.get("/metrics").status_code == 401
        with monkeypatch.context() as patch:
            patch.setattr(app.tokens, "find", gone)
            patch.setattr(app.database, "check", gone)
            assert values(prometheus.get("/metrics").text, "tenfold_database_up") == {(): 0}
            # Nobody else is let in, and the token reads nothing else.
            assert late.get("/metrics").status_code == 503
            assert revoked.get("/metrics").status_code == 503
            assert prometheus.get("/api/v1/model").status_code == 503
        assert late.get("/metrics").status_code == 200


def test_a_request_has_an_id_in_its_answer_and_in_the_log(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tenfold.requests"):
        own = running.client.get("/healthz", headers={"X-Request-ID": "from-a-proxy-1"})
        made = running.client.get("/healthz?token=secret")
        refused = running.client.get("/healthz", headers={"Host": "evil.example"})
    assert own.headers["X-Request-ID"] == "from-a-proxy-1"
    assert len(made.headers["X-Request-ID"]) == 16
    assert refused.status_code == 421
    assert refused.headers["X-Request-ID"]
    assert [record.message for record in caplog.records] == [
        "GET /healthz 200",
        "GET /healthz 200",
        "GET /healthz 421",
    ]
    assert not any("secret" in str(vars(record)) for record in caplog.records)
