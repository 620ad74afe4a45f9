"""One shape for every error."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from tenfold import errors
from tenfold.web import problems, request_errors
from tests.fakes import RED, FakeClassifier, picture
from tests.web.conftest import Running, Serve

MEMBERS = {"type", "title", "status", "detail", "code", "subject", "problem", "received", "cure"} | {
    "reason",
    "params",
}


def check(answer: httpx.Response, status: int, code: str, detail: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == MEMBERS
    assert (problem["status"], problem["code"], problem["type"]) == (
        status,
        code,
        f"urn:tenfold:problem:{code}",
    )
    assert problem["detail"] == detail


@pytest.mark.slow
def test_an_unknown_address(running: Running) -> None:
    check(
        running.client.get("/api/v1/nothing"),
        404,
        "not-here",
        "/api/v1/nothing does not exist on this server. The API is described at /docs.",
    )


def test_a_wrong_method(running: Running) -> None:
    answer = running.client.get("/api/v1/classify")
    check(answer, 405, "wrong-method", "/api/v1/classify cannot be used this way (GET). Use POST.")
    assert answer.headers["allow"] == "POST"
    assert running.client.post("/").status_code == 405


def test_a_wrong_parameter(running: Running) -> None:
    check(
        running.client.post("/api/v1/classify?evidence=perhaps", content=picture(RED)),
        422,
        "invalid-request",
        "evidence has a value that cannot be used: Input should be a valid boolean, unable to interpret "
        "input ('perhaps'). The API is described at /docs.",
    )


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotAPicture, 415),
        (errors.DamagedPicture, 422),
        (errors.PictureTooLarge, 413),
        (errors.PictureError, 422),
        (errors.UsageError, 400),
        (errors.ModelFileError, 422),
        (request_errors.Overloaded, 503),
        (request_errors.BadUpload, 400),
    ],
)
def test_every_error_has_its_status(kind: type[errors.TenfoldError], status: int) -> None:
    error = kind("It", "is wrong", received="this", cure="Do that.")
    problem = problems.describe(error)
    assert (problem.status, problem.detail, problem.title) == (
        status,
        "It is wrong (this). Do that.",
        kind.title,
    )


@pytest.mark.slow
def test_a_server_with_too_much_to_do_says_when_to_come_back(serve: Serve) -> None:
    busy = serve(FakeClassifier(), max_requests=1)
    busy.service.concurrency.limit = 0
    answer = busy.client.post("/api/v1/classify", content=picture(RED))
    check(
        answer,
        503,
        "overloaded",
        "This server works on 1 requests, and takes no more. Try again in a moment.",
    )
    assert int(answer.headers["retry-after"]) > 0
    assert busy.client.get("/readyz").status_code == 503
    assert busy.client.get("/healthz").json() == {"status": "ok"}


def test_a_database_that_went_away_is_no_fault_of_ours(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("no route to db.example.org"))

    monkeypatch.setattr(running.service.app.search, "counts", gone)
    answer = running.client.get("/api/v1/catalogue/counts")
    check(
        answer,
        503,
        "database-error",
        "The database does not answer at this moment. Try again in a moment; the server's log says more.",
    )
    assert "retry-after" in answer.headers
