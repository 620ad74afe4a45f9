"""/api/v1/data: the datasets that can be trained on, browsed and checked. Knows no file format."""

import os
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from PIL import Image
from pydantic import BaseModel, Field

from tenfold.datasets import cifar10, sources
from tenfold.datasets.browsing import Browsed, browse
from tenfold.datasets.dataset import SkipCode
from tenfold.datasets.opening import CIFAR10
from tenfold.errors import DatasetError
from tenfold.os_errors import refused
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
from tenfold.web.service import TheApp, TheService, WebService
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


class DataAnswer(Answer):
    """What a dataset holds."""

    id: str
    name: str
    classes: list[str]
    parts: dict[str, dict[str, int]] = Field(
        validation_alias="counts",
        description="Pictures by part (training, validation, test; all: not divided yet) and class.",
    )
    total: int
    skipped: list[SkippedAnswer] = Field(description="The first files that belong to no class.")
    skipped_count: int
    layout: list[RemarkAnswer] = Field(
        validation_alias="remarks", description="What was taken for parts and classes, where that is a guess."
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


@router.get("", summary="The datasets that there are")
def data_sources(service: TheService, who: Viewer) -> SourcesAnswer:
    """CIFAR-10, the data of training runs, and what was added by hand."""
    return SourcesAnswer(
        sets=[_source(service, who, one, listed) for one, listed in _known(service, who).items()]
    )


@router.post(
    "",
    summary="Add a dataset to the list",
    responses=responses(_422="There is no such folder or manifest, or its classes make no sense."),
)
def add_data_source(service: TheService, who: Administrator, asked: DatasetRequest) -> SourceAnswer:
    """Put a folder or a manifest of the server on the list, once it is found to make sense."""
    source = asked.source.strip()
    if source != CIFAR10:
        try:
            source = source and str(Path(os.path.expanduser(source)).absolute())
            browse(source, service.settings.data_dir, service.app.files)
        except OSError as error:
            cure = "Write the whole path of a folder of this server."
            subject = f"The data {source[:200]}"
            raise refused(DatasetError, subject, error, "cannot be looked for", cure=cure) from None
        sources.add(service.app.home.datasets, source)
    return _source(service, who, source, source != CIFAR10)


@router.delete(
    "/{key}", summary="Take a dataset off the list", status_code=204,
    responses=_GONE,
)  # fmt: skip
def forget_data_source(service: TheService, who: Administrator, key: str) -> None:
    """Take a dataset off the list. Its pictures stay where they are; those that were sent are deleted."""
    source = dataset_named(service, who, key)
    sources.remove(service.app.home.datasets, source)
    service.app.uploads.delete(source)


@router.get("/{key}", summary="What a dataset holds", responses=_GONE)
def data(service: TheService, who: Viewer, key: str) -> DataAnswer:
    """Its classes, and how many pictures there are of each in each part."""
    found = _browsed(service, dataset_named(service, who, key))
    return DataAnswer.of(
        found,
        id=key,
        name=_title(found.name),
        total=len(found),
        skipped=found.skipped[:_MOST_SKIPPED],
        skipped_count=len(found.skipped),
    )


@router.get("/{key}/pictures", summary="Pictures of it", responses=_GONE)
def data_pictures(
    service: TheService,
    who: Viewer,
    key: str,
    part: Annotated[str, Query(description="training, validation, test or all; empty: any.")] = "",
    label: Annotated[str, Query(description="A class; empty: any.")] = "",
    offset: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 25,
) -> ItemsAnswer:
    """The pictures, in the dataset's order; the first 25 by default."""
    total, items = _browsed(service, dataset_named(service, who, key)).page(part, label, offset, limit)
    return ItemsAnswer(total=total, pictures=[ItemAnswer(**vars(item)) for item in items])


@router.get(
    "/{key}/pictures/{number}",
    summary="One picture of it, as PNG, or as JPEG where it is large",
    response_class=Response,
    responses=responses({"image/png": {}, "image/jpeg": {}}) | _GONE,
)
def data_picture(
    service: TheService,
    who: Viewer,
    key: str,
    number: int,
    full: Annotated[bool, Query(description="At its full size, up to 4096 pixels.")] = False,
) -> Response:
    """A picture, at most 256 pixels on its longer side."""
    side = _FULL_SIDE if full else _SIDE
    image = Image.fromarray(_browsed(service, dataset_named(service, who, key)).picture(number, side))
    image.thumbnail((side, side))
    out = BytesIO()
    kind = "JPEG" if image.width * image.height > _LARGEST_PNG else "PNG"
    image.save(out, kind, quality=92)
    headers = {"Cache-Control": "private, max-age=600"}
    return Response(out.getvalue(), media_type=f"image/{kind.lower()}", headers=headers)


@router.post("/{key}/check", summary="Look for problems", responses=_GONE)
def check_data(service: TheService, who: Operator, key: str) -> JobAnswer:
    """Start a job that looks for copies, wrong labels, and pictures that show little."""
    source = dataset_named(service, who, key)
    browse(source, service.settings.data_dir, service.app.files)
    job = service.app.jobs.submit(
        CHECK_DATA, CheckDataParams(source=source, key=key), title=f"Check {_title(source)}", by=who.id,
        key=f"{CHECK_DATA.kind} {key}",
    )  # fmt: skip
    return job_answer(job, who)


@router.get("/{key}/check", summary="What the last check found", responses=_GONE)
def data_check(service: TheService, who: Viewer, key: str) -> CheckDataResult:
    """The last check's findings in short, with the numbers of their pictures where those are still there."""
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


@router.post("/cifar10/fetch", summary="Fetch CIFAR-10", status_code=202)
def fetch_cifar10(app: TheApp, who: Administrator) -> JobAnswer:
    """Fetch CIFAR-10 from where it is published (170 MB), and unpack it: a job that says how far it is."""
    return start_job(app, who, FETCH_DATA, FetchDataParams())


@router.get(
    "/{key}/check/page",
    summary="What the last check found, as a page",
    response_class=HTMLResponse,
    responses=_GONE,
)
async def data_check_page(service: TheService, who: Viewer, key: str) -> Response:
    """All findings, with their pictures."""
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
    if who.administrator:
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
        source=source if who.administrator else _title(source),
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
        cure = "Put it back, or take it off the list."
        raise refused(DatasetError, f"The data {source!r}", reason, "cannot be read", cure=cure) from reason
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
