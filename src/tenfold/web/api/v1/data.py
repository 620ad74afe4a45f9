"""/api/v1/data: the datasets that can be trained on, browsed and checked. Knows no file format."""

import os
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from PIL import Image
from pydantic import BaseModel, Field

from tenfold.accounts.roles import ADMINISTRATOR
from tenfold.datasets import cifar10, sources
from tenfold.datasets.browsing import Browsed, browse
from tenfold.datasets.dataset import SkipCode
from tenfold.datasets.opening import CIFAR10
from tenfold.errors import DatasetError
from tenfold.runs.listing import data_of_runs
from tenfold.server_files import ServerFiles
from tenfold.storage import read_if_there
from tenfold.web.answers import Answer
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.job_starts import start_job
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.security.access import Administrator, Operator, Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import WebService, service_of
from tenfold.workflows.data.check_data_job import CHECK_DATA, CheckDataParams, CheckDataResult
from tenfold.workflows.data.fetch_data_job import FETCH_DATA, FetchDataParams

router = APIRouter(tags=["data"], prefix="/api/v1/data")
_MOST_SKIPPED = 100
_SIDE, _FULL_SIDE = 256, 4096
# Pixels; a larger picture takes long as PNG.
_LARGEST_PNG = 1_000_000


class SourceAnswer(BaseModel):
    """A dataset that can be opened."""

    id: str
    name: str = Field(description="cifar10, or the last part of the path.")
    source: str = Field(
        description="What `tenfold train --data` takes: cifar10, or a path on the server. Administrators see "
        "the path, others its last part."
    )
    present: bool = Field(description="Whether it is there now.")
    listed: bool = Field(description="Whether it was added by hand, and so can be taken off the list.")
    uploaded: bool = Field(description="Whether it was sent; it is deleted when it is taken off the list.")
    checked: bool = Field(description="Whether the result of a check is kept.")


class SourcesAnswer(BaseModel):
    sets: list[SourceAnswer]


class DatasetRequest(BaseModel):
    source: str = Field(
        description="A folder of class-name/picture files or a manifest, on the server.",
        min_length=1,
        max_length=4096,
    )


class SkippedAnswer(Answer):
    """A file or folder that gave no picture."""

    source: str
    code: SkipCode = Field(description="Why, for programs.")
    reason: str = Field(description="The same in English.")


class RemarkAnswer(Answer):
    """A decision on how a dataset's folders or its manifest are read."""

    kind: Literal[
        "parts", "no-class", "classes-in", "nested", "parts-in-classes", "class-like-part", "one-class",
        "columns", "passed-over", "short-paths", "rows-twice", "manifest-beside", "missing-like",
    ]  # fmt: skip
    sentence: str = Field(description="What it is, in English.")
    names: list[str] = Field(
        description="What it is about: the part and the folder of each part by turns; a folder; a class; "
        "of classes that are one, their spellings, of which the last is kept; our name of a manifest's "
        "column and its own by turns; columns that are passed over; where files are looked for; a number "
        "of rows; tables; or classes that are called as what is missing."
    )


class DataAnswer(BaseModel):
    """What a dataset holds."""

    id: str
    name: str
    classes: list[str]
    parts: dict[str, dict[str, int]] = Field(
        description="Pictures by part (training, validation, test; all: not divided yet) and class."
    )
    total: int
    skipped: list[SkippedAnswer] = Field(description="The first files that belong to no class.")
    skipped_count: int
    layout: list[RemarkAnswer] = Field(
        description="What was taken for parts and classes, where that is a guess."
    )


class ItemAnswer(BaseModel):
    """A picture of a dataset."""

    number: int
    source: str
    label: str
    part: str


class ItemsAnswer(BaseModel):
    total: int = Field(description="How many there are of that part and class.")
    pictures: list[ItemAnswer]


_GONE = responses(
    _404="No such dataset, picture or check.", _422="The data is missing or cannot be made sense of."
)


@router.get("", operation_id="data_sources", summary="The datasets that there are")
def list_sources(request: Request, who: Viewer) -> SourcesAnswer:
    """CIFAR-10, the data of training runs, and what was added by hand."""
    service = service_of(request)
    return SourcesAnswer(
        sets=[_source(service, who, one, listed) for one, listed in _known(service, who).items()]
    )


@router.post(
    "",
    operation_id="add_data_source",
    summary="Add a dataset to the list",
    responses=responses(_422="There is no such folder or manifest, or its classes make no sense."),
)
def add_source(request: Request, who: Administrator, asked: DatasetRequest) -> SourceAnswer:
    """Put a folder or a manifest of the server on the list, once it is found to make sense."""
    service = service_of(request)
    source = asked.source.strip()
    if source != CIFAR10:
        try:
            source = source and str(Path(os.path.expanduser(source)).absolute())
            browse(source, service.settings.data_dir, service.app.files)
        except OSError as error:
            raise DatasetError(
                f"The data {source[:200]}",
                "cannot be looked for",
                received=error.strerror or str(error),
                cure="Write the whole path of a folder of this server.",
            ) from None
        sources.add(service.app.home.datasets, source)
    return _source(service, who, source, source != CIFAR10)


@router.delete(
    "/{key}", operation_id="forget_data_source", summary="Take a dataset off the list", status_code=204,
    responses=_GONE,
)  # fmt: skip
def forget_source(request: Request, who: Administrator, key: str) -> None:
    """Take a dataset off the list. Its pictures stay where they are; those that were sent are deleted."""
    service = service_of(request)
    source = dataset_named(service, who, key)
    sources.remove(service.app.home.datasets, source)
    service.app.uploads.delete(source)


@router.get("/{key}", operation_id="data", summary="What a dataset holds", responses=_GONE)
def read(request: Request, who: Viewer, key: str) -> DataAnswer:
    """Its classes, and how many pictures there are of each in each part."""
    service = service_of(request)
    found = _browsed(service, dataset_named(service, who, key))
    return DataAnswer(
        id=key,
        name=_title(found.name),
        classes=list(found.classes),
        parts=found.counts,
        total=len(found),
        skipped=[SkippedAnswer.of(one) for one in found.skipped[:_MOST_SKIPPED]],
        skipped_count=len(found.skipped),
        layout=[RemarkAnswer.of(one) for one in found.remarks],
    )


@router.get("/{key}/pictures", operation_id="data_pictures", summary="Pictures of it", responses=_GONE)
def pictures(
    request: Request,
    who: Viewer,
    key: str,
    part: Annotated[str, Query(description="training, validation, test or all; empty: any.")] = "",
    label: Annotated[str, Query(description="A class; empty: any.")] = "",
    offset: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 25,
) -> ItemsAnswer:
    """The pictures, in the dataset's order; the first 25 by default."""
    service = service_of(request)
    total, items = _browsed(service, dataset_named(service, who, key)).page(part, label, offset, limit)
    return ItemsAnswer(total=total, pictures=[ItemAnswer(**vars(item)) for item in items])


@router.get(
    "/{key}/pictures/{number}",
    operation_id="data_picture",
    summary="One picture of it, as PNG, or as JPEG where it is large",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}}, **_GONE},
)
def picture(
    request: Request,
    who: Viewer,
    key: str,
    number: int,
    full: Annotated[bool, Query(description="At its full size, up to 4096 pixels.")] = False,
) -> Response:
    """A picture, at most 256 pixels on its longer side."""
    service = service_of(request)
    side = _FULL_SIDE if full else _SIDE
    image = Image.fromarray(_browsed(service, dataset_named(service, who, key)).picture(number, side))
    image.thumbnail((side, side))
    out = BytesIO()
    kind = "JPEG" if image.width * image.height > _LARGEST_PNG else "PNG"
    image.save(out, kind, quality=92)
    headers = {"Cache-Control": "private, max-age=600"}
    return Response(out.getvalue(), media_type=f"image/{kind.lower()}", headers=headers)


@router.post("/{key}/check", operation_id="check_data", summary="Look for problems", responses=_GONE)
def check(request: Request, who: Operator, key: str) -> JobAnswer:
    """Start a job that looks for copies, wrong labels, and pictures that show little."""
    service = service_of(request)
    source = dataset_named(service, who, key)
    browse(source, service.settings.data_dir, service.app.files)
    job = service.app.jobs.submit(
        CHECK_DATA, CheckDataParams(source=source, key=key), title=f"Check {_title(source)}", by=who.id,
        key=f"{CHECK_DATA.kind} {key}",
    )  # fmt: skip
    return job_answer(job, who)


@router.get("/{key}/check", operation_id="data_check", summary="What the last check found", responses=_GONE)
def checked(request: Request, who: Viewer, key: str) -> CheckDataResult:
    """The last check's findings in short, with the numbers of their pictures where those are still there."""
    service = service_of(request)
    source = dataset_named(service, who, key)
    found = CheckDataResult.model_validate_json(_report(service, key, ".json"))
    examples = [example for problem in found.problems for example in problem.examples]
    with suppress(DatasetError):
        numbers = _browsed(service, source).numbers(
            str(picture.get("source")) for example in examples for picture in example.pictures
        )
        for picture in (picture for example in examples for picture in example.pictures):
            picture["number"] = numbers.get(str(picture.get("source")))
    return found


@router.post("/cifar10/fetch", operation_id="fetch_cifar10", summary="Fetch CIFAR-10", status_code=202)
def fetch(request: Request, who: Administrator) -> JobAnswer:
    """Fetch CIFAR-10 from where it is published (170 MB), and unpack it: a job that says how far it is."""
    return start_job(request, who, FETCH_DATA, FetchDataParams())


@router.get(
    "/{key}/check/page",
    operation_id="data_check_page",
    summary="What the last check found, as a page",
    response_class=HTMLResponse,
    responses=_GONE,
)
async def check_page(request: Request, who: Viewer, key: str) -> Response:
    """All findings, with their pictures."""
    service = service_of(request)
    await service.threads.read(dataset_named, service, who, key)
    return page_response(await service.threads.read(_report, service, key, ".html"))


def _known(service: WebService, who: Visitor) -> dict[str, bool]:
    """Every source, and whether it was added by hand.

    The dataset of a training on corrections holds people's private pictures: it is for administrators.
    """
    home = service.app.home
    by_hand = sources.read(home.datasets)
    found = {CIFAR10: False, **dict.fromkeys(data_of_runs(home.runs), False)}
    all_of_them = {**found, **dict.fromkeys(by_hand, True)}
    if who.role == ADMINISTRATOR:
        return all_of_them
    own = service.app.files.own
    return {source: added for source, added in all_of_them.items() if source == CIFAR10 or not own(source)}


def dataset_named(service: WebService, who: Visitor, key: str) -> str:
    """The source of the dataset with this id. Raises NotHere where there is none, or `who` may not see it."""
    for source in _known(service, who):
        if sources.key(source) == key:
            return source
    raise NotHere(f"The dataset {key!r:.40}", "is not known here", cure="Ask for the list at /api/v1/data.")


def _title(source: str) -> str:
    return source if source == CIFAR10 else Path(source).name


def _source(service: WebService, who: Visitor, source: str, listed: bool) -> SourceAnswer:
    data_dir = service.settings.data_dir
    key = sources.key(source)
    return SourceAnswer(
        id=key,
        name=_title(source),
        source=source if who.role == ADMINISTRATOR else _title(source),
        present=cifar10.is_whole(data_dir) if source == CIFAR10 else Path(source).exists(),
        listed=listed,
        uploaded=service.app.uploads.owns(source),
        checked=service.app.check_data.reports.size(f"{key}.json") is not None,
    )


def _browsed(service: WebService, source: str) -> Browsed:
    """A listed source, cached until it changes, by the folder's time of change."""
    place = cifar10.find(service.settings.data_dir) if source == CIFAR10 else Path(source)
    try:
        changed = max([place.stat().st_mtime_ns, *(d.stat().st_mtime_ns for d in _folders(place))])
    except OSError as reason:
        raise DatasetError(
            f"The data {source!r}", "cannot be read", received=reason.strerror or str(reason),
            cure="Put it back, or take it off the list.",
        ) from reason  # fmt: skip
    return _browsed_at(source, service.settings.data_dir, service.app.files, changed)


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    inside = [d for d in place.iterdir() if d.is_dir()]
    return inside + [d for folder in inside for d in folder.iterdir() if d.is_dir()]


@lru_cache(maxsize=8)
def _browsed_at(source: str, data_dir: Path, files: ServerFiles, changed: int) -> Browsed:
    return browse(source, data_dir, files)


def _report(service: WebService, key: str, ending: str) -> bytes:
    found = read_if_there(service.app.check_data.reports, f"{key}{ending}")
    if found is None:
        raise NotHere(
            f"A check of {key}", "was not made yet", cure=f"POST /api/v1/data/{key}/check makes one."
        )
    return found
