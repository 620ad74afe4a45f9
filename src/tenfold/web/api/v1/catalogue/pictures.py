"""/api/v1/catalogue/pictures: adds pictures to the catalogue and serves them."""

import os
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tenfold import images
from tenfold.catalogue.entries.names import kept_path
from tenfold.catalogue.entries.originals import hash_of
from tenfold.catalogue.entries.pictures import SIDES, SMALL_TYPE, file_name, nearest_side
from tenfold.catalogue.entries.tables import SYSTEM, Entry
from tenfold.catalogue.ingest.ingest import IngestedEntry
from tenfold.catalogue.ingest.retry import retry
from tenfold.errors import CatalogueError, PictureError, TenfoldError, UsageError
from tenfold.runtime import App
from tenfold.web.api.v1.catalogue.entries import EntryAnswer, entry_answer
from tenfold.web.api.v1.classify import REFUSALS
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.problems import Problem, describe, responses
from tenfold.web.security.access import Administrator, Operator, Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.sending import KEEP_AND_ASK, KEEP_FOR_EVER, file_response
from tenfold.web.service import TheApp, TheService, service_of
from tenfold.web.uploads import pictures as uploads
from tenfold.web.uploads.bodies import LongJsonRoute
from tenfold.web.uploads.pictures import UploadedPicture
from tenfold.workflows import classify_job as classifying
from tenfold.workflows.ingest_job import ADD, AddParams, restored

router = APIRouter(prefix="/api/v1/catalogue", tags=["catalogue"])
_long = APIRouter(route_class=LongJsonRoute)

MOST_HASHES = 10_000
_NOT_SHOWN = {
    "_304": "It is the one that `If-None-Match` names.",
    "_404": "There is no such entry that the visitor may see.",
    "_409": "The original is missing.",
    "_413": "It needs too much memory to decode.",
    "_415": "It is of a kind that cannot be shown.",
    "_422": "It is damaged, or a parameter cannot be used.",
}
Number = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The entry's number.")]


class AddedAnswer(BaseModel):
    """The result for one picture: either `entry` or `problem` is set."""

    name: str = Field(description="The file name that came with the picture.")
    entry: EntryAnswer | None
    new: bool = Field(description="False: the same content was there already; its name was added to it.")
    problem: Problem | None


class PicturesAnswer(BaseModel):
    """The pictures' results, in the order in which they were sent."""

    results: list[AddedAnswer]


class HashesRequest(BaseModel):
    hashes: list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]] = Field(
        max_length=MOST_HASHES, description="SHA-256 of files, in hex."
    )


class KnownAnswer(BaseModel):
    known: list[str] = Field(description="Those that are among the visitor's own pictures and not deleted.")


class FolderRequest(BaseModel):
    path: str = Field(description="An absolute path on the server.", min_length=1, max_length=4096)
    watch: bool = Field(False, description="Also add what comes into it later.")
    shared: bool = Field(True, description="Whether others see the pictures.")


@router.post(
    "/pictures",
    summary="Add pictures",
    openapi_extra={"requestBody": uploads.BODY},
    responses=REFUSALS
    | responses(_409="The only picture cannot be kept: the folder cannot be written, for example."),
)
async def add_pictures(
    request: Request,
    who: Operator,
    source: Annotated[Literal["upload", "api"], Query(description="How they come.")] = "api",
    name: Annotated[str, Query(description="What a body without a form is called.", max_length=255)] = "",
) -> PicturesAnswer:
    """Add pictures to the visitor's own. Each is kept for good when the answer comes, and then waits for its
    class. A picture that cannot be used gets its problem beside the others; where the request holds a single
    picture, that problem is the answer."""
    service = service_of(request)
    service.admit(request, who.clients)
    outcomes: list[_AddedPicture] = []
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        name = ""
    with service.reserved(who.clients) as (memory, slot):
        async with aclosing(uploads.read(request, service.uploads, memory)) as arriving:
            async for upload in arriving:
                slot.reserve(1)
                outcomes.append(await service.threads.write(_add, service.app, who, upload, source, name))
                slot.release(1)
                upload.content.discard()
    if any(outcome.added is not None for outcome in outcomes):
        await service.threads.read(classifying.wake, service.app.jobs, service.app.ingest)
    if len(outcomes) == 1 and outcomes[0].error is not None:
        raise outcomes[0].error
    return PicturesAnswer(results=[outcome.answer(who.id) for outcome in outcomes])


@dataclass(frozen=True)
class _AddedPicture:
    name: str
    added: IngestedEntry | None = None
    error: TenfoldError | None = None

    def answer(self, person: int) -> AddedAnswer:
        return AddedAnswer(
            name=self.name,
            entry=entry_answer(self.added.entry, person) if self.added else None,
            new=self.added is not None and self.added.new,
            problem=describe(self.error) if self.error else None,
        )


def _add(app: App, who: Visitor, upload: UploadedPicture, source: str, name: str) -> _AddedPicture:
    called = name or upload.name
    if upload.problem is not None:
        return _AddedPicture(called, error=upload.problem)
    add = partial(
        app.ingest.add, name=called, source=source, owner=who.id, by=who.id, shared=who.id == SYSTEM
    )
    try:
        added = upload.content.consume(add)
    except (PictureError, CatalogueError) as error:
        return _AddedPicture(called, error=error)
    return _AddedPicture(called, restored(app.actions, [added], by=who.id)[0])


@_long.post(
    "/known",
    summary="Which files are there already",
    responses=responses(_400="What was sent is not JSON.", _422="What was sent cannot be used."),
)
def known_pictures(app: TheApp, who: Operator, asked: HashesRequest) -> KnownAnswer:
    """Of many files, those that need not be sent because the visitor has them in the catalogue. An
    interrupted upload continues where it stopped."""
    return KnownAnswer(known=app.ingest.known(asked.hashes, owner=who.id))


router.include_router(_long)


@router.post(
    "/folders",
    summary="Add a folder of the server",
    status_code=202,
    responses=responses(
        _400="There is no such folder, or what was sent is not JSON.", _422="What was sent cannot be used."
    ),
)
def add_folder(app: TheApp, who: Administrator, asked: FolderRequest) -> JobAnswer:
    """Add all pictures of a folder of the server, by a job. They belong to everybody's catalogue.

    With `watch`, pictures that come into it later are added too.
    """
    path = _folder(app, asked.path)
    if asked.watch:
        app.folder_watcher.add(path, shared=asked.shared)
    params = AddParams(paths=[path], owner=SYSTEM, shared=asked.shared)
    # The same folder once more, while it is being added, is the same job.
    key = f"{ADD.kind} {hash_of(os.fsencode(path))}"
    title = f"Add {images.safe_name(path)}"
    job = app.jobs.submit(ADD, params, title=title, by=who.id, key=key)
    app.audit.note(who.id, "folder.add", kept_path(path), {"watch": asked.watch}, address=who.address)
    return job_answer(job, who)


def _folder(app: App, path: str) -> str:
    if "\0" in path or not os.path.isabs(path) or not os.path.isdir(path):
        raise UsageError(
            images.safe_name(path, "The path"),
            "is not a folder of this server",
            cure="Write the absolute path of one that the server may read.",
            reason="not-a-folder",
        )
    if app.files.own(path):
        raise UsageError(
            images.safe_name(path),
            "is where tenfold keeps its own files",
            cure="Choose another folder.",
            reason="own-files",
        )
    return os.path.abspath(path)


@router.post(
    "/entries/{number}/retry",
    summary="Classify an entry again that failed",
    responses=responses(_404="There is no such entry that the visitor may see."),
)
async def retry_entry(service: TheService, who: Operator, number: Number) -> EntryAnswer:
    """An entry that could not be classified waits for its class again. Any other does not change."""
    app, administrator = service.app, who.administrator
    await service.threads.read(_entry, app, who, number)
    again = partial(retry, app.database, [number], person=who.id, administrator=administrator)
    if await service.threads.write(again):
        await service.threads.read(classifying.wake, app.jobs, app.ingest)
    return entry_answer(await service.threads.read(_entry, app, who, number), who.id)


@router.get(
    "/entries/{number}/picture",
    summary="An entry's picture",
    response_class=Response,
    responses=responses({"image/*": {"schema": uploads.PICTURE}}, **_NOT_SHOWN),
)
async def picture(
    request: Request,
    who: Viewer,
    number: Number,
    download: Annotated[bool, Query(description="The original, as a file to be kept.")] = False,
) -> Response:
    """The original where every browser shows its type (JPEG, PNG, WebP, GIF), else the whole as a JPEG."""
    service = service_of(request)
    entry = await service.threads.read(_entry, service.app, who, number)
    tag = f'"{entry.hash}"'
    if not download and _has(request, tag):
        return Response(status_code=304, headers=KEEP_AND_ASK | {"ETag": tag})
    if download:
        original = await service.threads.read(service.app.picture_files.original, entry)
        return file_response(
            original,
            entry.bytes,
            service.threads.read,
            media_type=entry.media_type,
            filename=file_name(entry),
            headers=KEEP_AND_ASK | {"ETag": tag},
        )
    shown = await service.threads.decode(service.app.picture_files.shown, entry)
    headers = KEEP_AND_ASK | {"ETag": tag}
    if isinstance(shown, bytes):
        return Response(shown, media_type=SMALL_TYPE, headers=headers)
    return file_response(
        shown, entry.bytes, service.threads.read, media_type=entry.media_type, headers=headers
    )


@router.get(
    "/entries/{number}/thumbnail",
    summary="A small picture of an entry",
    response_class=Response,
    responses=responses({SMALL_TYPE: {"schema": uploads.PICTURE}}, **_NOT_SHOWN),
)
async def thumbnail(
    request: Request,
    who: Viewer,
    number: Number,
    side: Annotated[
        int, Query(ge=16, le=SIDES[-1], description=f"Its longer side; it becomes one of {SIDES}.")
    ] = 256,
) -> Response:
    """Upright, as JPEG. It never changes, so a browser asks for it once."""
    service = service_of(request)
    entry = await service.threads.read(_entry, service.app, who, number)
    chosen = nearest_side(side)
    headers = KEEP_FOR_EVER | {"ETag": f'"{entry.hash}-{chosen}"'}
    if _has(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    small = await service.threads.decode(service.app.picture_files.small, entry, chosen)
    return Response(small, media_type=SMALL_TYPE, headers=headers)


def _entry(app: App, who: Visitor, number: int) -> Entry:
    return app.picture_files.entry(number, person=who.id, administrator=who.administrator)


def _has(request: Request, tag: str) -> bool:
    """Whether the browser has this one already."""
    named = request.headers.get("if-none-match", "")
    return tag in (one.strip().removeprefix("W/") for one in named.split(","))
