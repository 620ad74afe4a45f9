"""/api/v1/models/{key}/exports: a model's exports for other runtimes, and their receipts."""

import json

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from tenfold.datasets import sources
from tenfold.errors import UsageError
from tenfold.export.formats import FORMATS
from tenfold.export.receipt import is_receipt
from tenfold.export.steps import usable
from tenfold.web.api.v1.data import dataset_named
from tenfold.web.export_answers import ExportsAnswer, export_answer, format_answer
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.disclosure import values_without_paths
from tenfold.web.security.visitor import Visitor
from tenfold.web.sending import KEEP_FOR_EVER, file_response
from tenfold.web.service import TheService, WebService
from tenfold.workflows.export_job import EXPORT, ExportParams, KeptExport, disagreement_file

router = APIRouter(tags=["models"], prefix="/api/v1/models/{key}/exports")
_BYTES = "application/octet-stream"
_NONE = responses(_404="No such model, export or file.")


class ExportRequest(BaseModel):
    format: str = Field(description="A name among `formats`.", max_length=50)
    data: str | None = Field(
        None,
        description="The dataset to compare on, as /api/v1/data calls it; null: the model's own.",
        max_length=100,
    )
    least: float | None = Field(
        None,
        ge=0,
        le=1,
        description="The agreement below which it is refused; null: 0.995, with integers 0.985.",
    )


@router.get("", summary="A model's exports, and its formats", responses=_NONE)
def model_exports(service: TheService, who: Viewer, key: str) -> ExportsAnswer:
    """What the model was exported to, also what was refused; what it can be exported to on this server."""
    model = service.app.registry.get(key)
    return ExportsAnswer(
        formats=[format_answer(one) for one in FORMATS.values()],
        data=_own_data(service, who, model.hash),
        exports=[export_answer(one) for one in service.app.model_exports.of_model(model.hash)],
    )


@router.post(
    "",
    summary="Export a model",
    status_code=202,
    responses=responses(
        _400="There is no such format, or no pictures to compare on are named.",
        _404="No such model or dataset.",
        _501="What the format needs is not installed.",
    ),
)
def export_model(service: TheService, who: Administrator, key: str, asked: ExportRequest) -> JobAnswer:
    """Convert the model in the background, and run the export beside it on the same pictures.

    Where their first answers agree less often than `least`, no file is kept: the job fails with the reason
    export-differs, and the receipt, which is kept, says how far they agree.
    """
    app, model = service.app, service.app.registry.get(key)
    if asked.format not in FORMATS:
        raise UsageError(
            "The format", "does not exist", received=repr(asked.format), cure=f"Known: {', '.join(FORMATS)}."
        )
    chosen = usable(asked.format)
    data = asked.data or _own_data(service, who, model.hash)
    if data is None:
        raise UsageError(
            f"The export of {model.name}",
            "needs pictures to compare on",
            received="it is not known what the model was trained on",
            cure="Name a dataset of its classes.",
            reason="no-pictures-to-measure",
        )
    params = ExportParams(
        model=model.hash,
        format=chosen.name,
        data=dataset_named(service, who, data),
        least=asked.least,
    )
    title = f"Export {model.name} to {chosen.title}"
    app.audit.note(who.id, "model.export", model.name, params.model_dump(), address=who.address)
    submit_key = f"{EXPORT.kind} {params.model_dump_json()}"
    return job_answer(app.jobs.submit(EXPORT, params, title=title, by=who.id, key=submit_key), who)


@router.delete("/{export}", summary="Delete an export", status_code=204, responses=_NONE)
def delete_export(service: TheService, who: Administrator, key: str, export: str) -> None:
    """Delete the files and the receipt. A device that has the file keeps it."""
    found = _kept(service, key, export)
    service.app.model_exports.delete(key, found.id)
    details = {"hash": key, "format": found.receipt.format}
    name = service.app.registry.get(key).name
    service.app.audit.note(who.id, "model.export.delete", name, details, address=who.address)


@router.get(
    "/{export}/files/{name}",
    summary="A file of an export, or its receipt",
    response_class=Response,
    responses=responses({_BYTES: {}}) | _NONE,
)
def export_file(service: TheService, who: Viewer, key: str, export: str, name: str) -> Response:
    """The bytes of an exported file or of its receipt, for `tenfold receipt check` beside each other."""
    kept = _kept(service, key, export)
    if is_receipt(name):
        return _receipt(service, who, kept, name)
    content, length = service.app.model_exports.open(_key(kept, name))
    return file_response(content, length, service.threads.read, media_type=_BYTES, filename=name)


@router.get(
    "/{export}/receipt", summary="The receipt as a page", response_class=HTMLResponse, responses=_NONE
)
def export_receipt(service: TheService, who: Viewer, key: str, export: str) -> Response:
    """The whole receipt with the worst disagreements, shut off from everything else."""
    kept = _kept(service, key, export)
    content, _ = service.app.model_exports.open(_key(kept, f"{kept.receipt.files[0].name}.receipt.html"))
    with content:
        return page_response(content.read())


@router.get(
    "/{export}/disagreements/{number}",
    summary="A picture that an export calls something else",
    response_class=Response,
    responses=responses({"image/png": {}}) | _NONE,
)
def export_disagreement(service: TheService, who: Viewer, key: str, export: str, number: int) -> Response:
    """One of the worst disagreements, counted from 0, at most 96 pixels on its longer side."""
    kept = _kept(service, key, export)
    content, length = service.app.model_exports.open(_key(kept, disagreement_file(number)))
    return file_response(content, length, service.threads.read, media_type="image/png", headers=KEEP_FOR_EVER)


def _kept(service: WebService, key: str, export: str) -> KeptExport:
    found = service.app.model_exports.get(service.app.registry.get(key).hash, export)
    if found is None:
        raise NotHere(f"The export {export[:64]}", "does not exist", cure="The page Models lists all.")
    return found


def _key(kept: KeptExport, name: str) -> str:
    """The blob of this name. Raises NotHere."""
    if name not in kept.keys:
        raise NotHere(
            f"The file {name[:100]}",
            "is not in this export",
            cure="A refused export has a receipt only. Export the model again for another.",
        )
    return kept.keys[name]


def _receipt(service: WebService, who: Visitor, kept: KeptExport, name: str) -> Response:
    """The receipt's file; it names a folder of the server, which is for administrators alone."""
    content, _ = service.app.model_exports.open(_key(kept, name))
    with content:
        written = content.read()
    if not who.administrator:
        written = json.dumps(values_without_paths(json.loads(written)), ensure_ascii=False).encode()
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, media_type="application/json", headers=headers)


def _own_data(service: WebService, who: Visitor, model: str) -> str | None:
    """The id of the dataset that a model was trained on, where it can be opened and `who` is told of it."""
    found = service.app.training_data.of(model)
    if found.problem:
        return None
    try:
        dataset_named(service, who, sources.key(found.source))
    except NotHere:
        return None
    return sources.key(found.source)
