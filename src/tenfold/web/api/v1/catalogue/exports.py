"""/api/v1/exports: what the filters find, as tables and archives that stream as they are made."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from tenfold.accounts.roles import OPERATOR, at_least
from tenfold.web.api.v1.catalogue.filters import Asked, FiltersRequest
from tenfold.web.problems import responses
from tenfold.web.security.access import Viewer
from tenfold.web.sending import export_response
from tenfold.web.service import TheApp, TheService
from tenfold.web.uploads.bodies import LongJsonRoute

router = APIRouter(
    tags=["exports"],
    prefix="/api/v1/exports",
    default_response_class=StreamingResponse,
    route_class=LongJsonRoute,
)

_CSV, _PARQUET, _ZIP = "text/csv", "application/vnd.apache.parquet", "application/zip"
_REFUSED = responses(_400="The filters cannot be used.")


class TrainingDataRequest(FiltersRequest):
    """Filters, and which classes are believed."""

    labels: Literal["corrected", "all"] = "corrected"


@router.get("/entries.csv", summary="Entries as CSV", responses=responses({_CSV: {}}) | _REFUSED)
def export_csv(app: TheApp, who: Viewer, asked: Asked) -> StreamingResponse:
    """A row for each entry. UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula
    begins with an apostrophe. Where the files are on the server is told as of one entry.
    """
    parts = app.exports.csv(asked, system_paths=at_least(who.role, OPERATOR))
    return export_response(parts, media_type=f"{_CSV}; charset=utf-8", filename="entries.csv")


@router.get(
    "/entries.parquet",
    summary="Entries as Parquet",
    responses=responses({_PARQUET: {}}, _501="The parquet extra is not installed.") | _REFUSED,
)
def export_parquet(app: TheApp, who: Viewer, asked: Asked) -> StreamingResponse:
    """A row for each entry, typed."""
    parts = app.exports.parquet(asked, system_paths=at_least(who.role, OPERATOR))
    return export_response(parts, media_type=_PARQUET, filename="entries.parquet")


@router.get(
    "/pictures.zip",
    summary="Pictures in folders by class",
    responses=responses({_ZIP: {}}) | _REFUSED,
)
def export_pictures(app: TheApp, asked: Asked) -> StreamingResponse:
    """The originals as `class/name`; those of no class are in `none-of-these`."""
    parts = app.exports.pictures_zip(asked)
    return export_response(parts, media_type=_ZIP, filename="pictures.zip")


@router.get(
    "/training.zip",
    summary="Training data",
    responses=responses({_ZIP: {}}, _409="There are fewer than two classes.") | _REFUSED,
)
def export_training(
    service: TheService, who: Viewer, asked: Annotated[TrainingDataRequest, Query()]
) -> StreamingResponse:
    """Folders of pictures by class that `tenfold train --data` takes, once unpacked; each content once.

    Only what a person corrected or confirmed, or with `labels=all` also what the model alone said.
    """
    exports = service.app.exports
    filters = asked.filters(service, who)
    parts = exports.training_zip(filters, asked.labels)
    return export_response(parts, media_type=_ZIP, filename="training.zip")
