"""Every error over HTTP in one JSON shape: problem details, RFC 9457.

Knows tenfold's errors and their statuses; nothing of pictures or models.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, overload

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from tenfold import errors
from tenfold.database import AnyDatabaseError, passing, trouble
from tenfold.errors import DatabaseError, TenfoldError, TooManyLogins, error_types
from tenfold.files import FULL
from tenfold.reasons import Reason
from tenfold.web.request_errors import (
    InvalidRequest,
    NotHere,
    RequestError,
    RequestFailed,
    UploadStalled,
    UploadTooLarge,
    WrongMethod,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


_STATUS: dict[type[TenfoldError], int] = {
    errors.NotAPicture: 415,
    errors.DamagedPicture: 422,
    errors.PictureTooLarge: 413,
    errors.PictureError: 422,
    errors.SettingError: 422,
    errors.UsageError: 400,
    errors.CatalogueError: 409,
    errors.NotInCatalogue: 404,
    errors.RegistryError: 409,
    errors.UnknownModel: 404,
    errors.UnknownImprovement: 404,
    errors.DraftError: 409,
    errors.UnknownDraft: 404,
    errors.AccountError: 409,
    errors.LoginNeeded: 401,
    errors.LoginRefused: 401,
    errors.TooManyLogins: 429,
    errors.NotAllowed: 403,
    errors.UnknownAccount: 404,
    errors.CameraError: 422,
    errors.UnknownCamera: 404,
    errors.UnknownCameraEvent: 404,
    errors.UnknownRule: 404,
    errors.LineError: 422,
    errors.UnknownStation: 404,
    errors.UnknownRecipe: 404,
    errors.OutboxError: 422,
    errors.NotInOutbox: 404,
    errors.JobError: 409,
    errors.UnknownJob: 404,
    errors.DatasetError: 422,
    errors.TrainingError: 409,
    errors.UnknownRun: 404,
    errors.ModelFileError: 422,
    errors.ExportError: 422,
    errors.MissingExtra: 501,
    errors.DatabaseError: 503,
}
_NO_ROOM = 507
_RETRY_SECONDS = "2"
# Fields of requests whose values are never repeated in answers.
_SECRET = frozenset(
    {"password", "own_password", "old", "new", "database_url", "secret", "url", "settings", "source"}
)


def _name_codes(schema: dict[str, Any]) -> None:
    schema["enum"] = sorted({kind.code for kind in error_types()})


class Problem(BaseModel):
    """What went wrong, and what to do about it (RFC 9457)."""

    type: str = Field(description="`urn:tenfold:problem:` and the code.")
    title: str = Field(description="The kind of problem; the same words for the same code.")
    status: int = Field(description="The HTTP status of this problem.")
    detail: str = Field(description="The whole message, to be shown to a person.")
    code: str = Field(description="The kind of problem, for programs.", json_schema_extra=_name_codes)
    subject: str = Field(description="What the message is about: a file, an address.")
    problem: str = Field(description="What is wrong with it.")
    received: str = Field(description="What was received instead; may be empty.")
    cure: str = Field(description="What to do about it; may be empty.")
    reason: Reason = Field(
        description="What was received, or why it failed, for programs. Empty: there is no code for it."
    )
    params: dict[str, str | int] = Field(description="The values that a text for the reason names.")


def status_of(error: TenfoldError) -> int:
    """The HTTP status that says what the error says."""
    if isinstance(error, RequestError):
        return error.status
    if error.reason == "disk-full":
        return _NO_ROOM
    return status_of_kind(type(error))


def status_of_kind(kind: type[TenfoldError]) -> int:
    """The HTTP status of all errors of a class."""
    if issubclass(kind, RequestError):
        return kind.status
    return next((_STATUS[one] for one in kind.__mro__ if one in _STATUS), 500)


def describe(error: TenfoldError) -> Problem:
    """An error as problem details."""
    own = {"type": f"urn:tenfold:problem:{error.code}", "status": status_of(error)}
    return Problem.model_validate(error.facts() | own)


@overload
def remembered(facts: Mapping[str, Any]) -> Problem: ...
@overload
def remembered(facts: None) -> None: ...
def remembered(facts: Mapping[str, Any] | None) -> Problem | None:
    """A stored error (`TenfoldError.facts`) as problem details; None where there is none."""
    if not facts:
        return None
    code = facts["code"]
    kinds = (kind for kind in error_types() if kind.code == code)
    status = next((status_of_kind(kind) for kind in kinds), 500)
    # Those of earlier versions have no reason and no params.
    own = {"type": f"urn:tenfold:problem:{code}", "status": status}
    return Problem.model_validate({"reason": "", "params": {}, **facts, **own})


def answer(
    error: TenfoldError, headers: dict[str, str] | None = None, *, problem: Problem | None = None
) -> Response:
    """An error as a response of its own; `problem`: as it is described there."""
    problem = problem or describe(error)
    extra = dict(headers or {})
    if isinstance(error, TooManyLogins):
        extra["Retry-After"] = str(error.seconds)
    if problem.status == 401:
        extra.setdefault("WWW-Authenticate", "Bearer")
    if problem.status == 503:
        extra.setdefault("Retry-After", _RETRY_SECONDS)
    return JSONResponse(problem.model_dump(), problem.status, extra, media_type=MEDIA_TYPE)


def responses(content: dict[str, Any] | None = None, /, **described: str) -> dict[int | str, dict[str, Any]]:
    """What an operation answers, for the OpenAPI document: `responses(_413="too large", ...)`.

    Args:
        content: of its success, by media type, where that is no JSON.
        described: problems; below 400 answers without content.
    """
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    found: dict[int | str, dict[str, Any]] = {200: {"content": content}} if content else {}
    for status, text in described.items():
        found[int(status[1:])] = {"description": text} | (problem if status >= "_400" else {})
    return found


def install(
    app: FastAPI, headers: dict[str, str], shown: Callable[[Request, Problem], Problem] | None = None
) -> None:
    """Make every error of `app` a problem.

    Args:
        headers: of the answer to a fault of ours, which is made outside all middleware.
        shown: filters a problem for the sender of the request.
    """

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, TenfoldError)
        problem = describe(error)
        if shown is not None and not isinstance(error, RequestError):  # those repeat what was requested
            problem = await run_in_threadpool(shown, request, problem)
        return answer(error, problem=problem)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(_from_http(request, error), dict(error.headers or {}))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(_from_validation(error))

    async def fault(request: Request, error: Exception) -> Response:
        # The server ends a connection on which the app has failed; a client that is not told would send its
        # next request into it.
        return answer(
            RequestFailed(500, "a fault in tenfold; its log says which"),
            headers | {"Connection": "close"},
        )

    app.add_exception_handler(TenfoldError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(AnyDatabaseError, _database)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, fault)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # nobody is left to read it


async def _database(request: Request, error: Exception) -> Response:
    fault = trouble(error)
    if fault is None:
        raise error
    log.warning("%s", fault)
    if fault.reason == "disk-full":
        return answer(fault)
    # What was received may name the database's address: that is for the log.
    cure = "Its server's log says more."
    if passing(error):
        cure = "Try again in a moment; the server's log says more."
    return answer(DatabaseError("The database", f"{fault.problem} at this moment", cure=cure))


async def _system(request: Request, error: Exception) -> Response:
    if not isinstance(error, OSError) or error.errno not in FULL:
        raise error
    log.warning("%s", error)
    cure = "Free some space there, and do it again."
    return answer(RequestFailed(_NO_ROOM, "its disk is full", cure=cure, reason="disk-full"))


def _from_http(request: Request, error: HTTPException) -> RequestError:
    path = request.url.path
    if error.status_code == 404:
        return NotHere(path, "does not exist on this server", cure="The API is described at /docs.")
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        cure = f"Use {allowed}." if allowed else "The API is described at /docs."
        return WrongMethod(path, "cannot be used this way", received=request.method, cure=cure)
    if error.status_code == 408:
        return UploadStalled("The upload", str(error.detail), cure="Check the connection and send it again.")
    if error.status_code == 413:
        return UploadTooLarge("The request", str(error.detail), cure="Send less at a time.")
    return RequestFailed(error.status_code, str(error.detail))


def _from_validation(error: RequestValidationError) -> RequestError:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:]) or "The request"
    return InvalidRequest(
        name,
        f"has a value that cannot be used: {first['msg']}",
        received=_shown(first),
        cure="The API is described at /docs.",
    )


def _shown(problem: dict[str, Any]) -> str:
    """The received values, without secrets."""
    sent = problem.get("input")
    if not _SECRET.isdisjoint(problem["loc"]) or (isinstance(sent, dict) and not _SECRET.isdisjoint(sent)):
        return "not shown"
    return f"{sent!r:.200}"
