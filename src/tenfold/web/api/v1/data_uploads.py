"""/api/v1/data-uploads: sends a dataset as a ZIP archive, in pieces. Knows nothing of what is in it."""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tenfold.errors import DatasetError
from tenfold.web.answers import Answer
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheApp, service_of
from tenfold.web.uploads.pictures import chunks
from tenfold.workflows.data.import_data_job import IMPORT_DATA, MOST_BYTES, ArchiveUpload, ImportDataParams

router = APIRouter(tags=["data"], prefix="/api/v1/data-uploads")
_BAD = responses(_422="There is no such upload, or the piece does not fit.")


class UploadRequest(BaseModel):
    name: str = Field(
        description="The archive's file name; the dataset is called after it.",
        min_length=1,
        max_length=255,
        pattern=r"^[^\x00-\x1f]*$",
    )
    bytes: int = Field(description="How many bytes it has.", ge=1, le=2**53)


class UploadAnswer(Answer):
    """An archive that is being sent."""

    id: str
    name: str
    bytes: int
    received: int = Field(description="How many bytes have arrived; the next piece begins there.")


@router.post("", summary="Start sending a dataset", status_code=201)
def begin_data_upload(app: TheApp, who: Administrator, asked: UploadRequest) -> UploadAnswer:
    """Start sending a ZIP archive of class-name/picture files. It is kept for a day until it is finished."""
    return UploadAnswer.of(app.uploads.begin(asked.name, asked.bytes))


@router.get("/{upload}", summary="How far an upload is", responses=_BAD)
def data_upload(app: TheApp, who: Administrator, upload: str) -> UploadAnswer:
    """How many bytes have arrived; the upload continues from there."""
    return UploadAnswer.of(app.uploads.get(upload))


@router.put(
    "/{upload}",
    summary="Send the next piece",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The archive's bytes from `offset` on.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses=_BAD,
)
async def send_data(
    request: Request,
    who: Administrator,
    upload: str,
    offset: Annotated[int, Query(ge=0, le=MOST_BYTES, description="Where the piece begins.")],
) -> UploadAnswer:
    """Add a piece to what is here; it goes to the disk as it arrives."""
    service = service_of(request)
    known = await service.threads.read(service.app.uploads.get, upload)
    if offset != known.received:
        raise _unfitting(known, f"it begins at {offset:,}, and {known.received:,} bytes are here")
    with service.app.uploads.archive(known).open("r+b") as file:
        file.seek(offset)
        async for chunk in chunks(request):
            if file.tell() + len(chunk) > known.bytes:
                raise _unfitting(known, f"it goes beyond the archive's {known.bytes:,} bytes")
            await service.threads.write(file.write, chunk)
    return UploadAnswer.of(await service.threads.read(service.app.uploads.get, upload))


@router.post("/{upload}/finish", summary="Make a dataset of an upload",
    status_code=202, responses=_BAD,
)  # fmt: skip
def finish_data_upload(app: TheApp, who: Administrator, upload: str) -> JobAnswer:
    """Unpack the archive and put it on the list of datasets: a job that says how far it is."""
    known = app.uploads.get(upload)
    if known.received != known.bytes:
        raise _unfitting(known, f"{known.received:,} of {known.bytes:,} bytes are here")
    name = PurePath(known.name.replace("\\", "/")).stem
    job = app.jobs.submit(
        IMPORT_DATA, ImportDataParams(upload=known.id, name=name), title=f"Add the data {name}", by=who.id,
        key=f"{IMPORT_DATA.kind} {known.id}",
    )  # fmt: skip
    app.audit.note(who.id, "data.upload", name, {"bytes": known.bytes}, address=who.address)
    return job_answer(job, who)


@router.delete("/{upload}", summary="Stop an upload", status_code=204, responses=_BAD)
def cancel_data_upload(app: TheApp, who: Administrator, upload: str) -> None:
    """Delete what was sent."""
    app.uploads.cancel(upload)


def _unfitting(upload: ArchiveUpload, received: str) -> DatasetError:
    return DatasetError(
        f"The piece of {upload.name!r:.200}",
        "does not fit",
        received=received,
        cure="Ask how far the upload is.",
        reason="upload-unknown",
    )
