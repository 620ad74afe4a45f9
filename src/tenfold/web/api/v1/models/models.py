"""/api/v1/models: the models that there are, which one answers, and exchanging it."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from tenfold.accounts.audit import Action
from tenfold.errors import RegistryError
from tenfold.models.registry import CHOSEN, FILE, INSISTED, Registry
from tenfold.models.tables import LiveChange, RegisteredModel
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.sending import file_response
from tenfold.web.service import TheApp, TheService, WebService, service_of
from tenfold.web.uploads.bodies import received
from tenfold.workflows.model_reports import FigureCaveat, ModelReport, read_caveats

router = APIRouter(tags=["models"], prefix="/api/v1/models")


class ModelEntry(BaseModel):
    """A model file that can go live."""

    hash: str = Field(description="SHA-256 of the model file.")
    name: str
    origin: str = Field(description="bundled, file, run, corrections or taught.")
    run: str | None = Field(description="The training run that it came from.")
    classes: list[str] = Field(description="In the order of the outputs.")
    input_size: int = Field(description="Side in pixels of the square picture that the network takes.")
    bytes: int
    accuracy: float | None = Field(description="On the test pictures that it was made with, 0 to 1.")
    accuracy_low: float | None = Field(description="The lower end of its 95 % interval.")
    accuracy_high: float | None
    caveats: list[FigureCaveat] = Field(description="What has to be known beside the accuracy.")
    added_at: datetime
    live: bool
    fault: Literal["missing", "damaged"] | None = Field(
        description="Why it cannot be used: its file is gone, or is not what was added."
    )


class ModelsAnswer(BaseModel):
    live: str = Field(description="The hash of the live model.")
    back: str | None = Field(description="The hash of the model that a rollback makes live, if there is one.")
    cameras: str = Field(description="The hash of the model of cameras for which none is chosen.")
    models: list[ModelEntry] = Field(description="The newest first.")


class LiveRequest(BaseModel):
    insist: bool = Field(False, description="Say that it goes live although it did not win a comparison.")


class LiveAnswer(Answer):
    """A model that went live."""

    id: int
    at: datetime
    hash: str = Field(validation_alias="model_hash")
    name: str
    previous_hash: str | None
    previous_name: str | None
    by: int = Field(description="The person's id; 0 is this machine's own user, or the server itself.")
    reason: str = Field(description="start, chosen, won, insisted or rollback.")


class ClassFigures(BaseModel):
    """One class's figures on the test pictures, each 0 to 1."""

    label: str
    precision: float
    recall: float
    f1: float
    pictures: int


class ModelReportAnswer(BaseModel):
    """How a model did on the test part of its data."""

    source: Literal["report", "file"] = Field(
        description="report: it was evaluated; file: only the model file tells of it, without classes."
    )
    data: str = Field(description="What the data are called; may be empty.")
    pictures: int | None
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    calibration_error: float | None
    cross_entropy: float | None
    kept: float | None = Field(description="The share that was not called none of these.")
    classes: list[ClassFigures] = Field(description="In the order of the outputs.")
    confusion: list[list[int]] | None = Field(description="Rows are the true classes; null: not known.")
    caveats: list[FigureCaveat] = Field(description="What has to be known beside the figures.")
    page: bool = Field(description="Whether there is a report page.")


class HistoryAnswer(BaseModel):
    changes: list[LiveAnswer] = Field(description="The last first.")


_CLASS = ("precision", "recall", "f1")
_ONNX = "application/octet-stream"
_NONE = responses(_404="No such model.")


@router.get("", summary="The models that there are")
def models(app: TheApp, who: Viewer) -> ModelsAnswer:
    """All models that can go live, and the one that is."""
    registry = app.registry
    live = registry.live()
    try:
        back = registry.before()
    except RegistryError:
        back = None
    return ModelsAnswer(
        live=live,
        back=back,
        cameras=app.camera_models.default_hash,
        models=[model_entry(registry, one, live) for one in registry.list()],
    )


@router.post(
    "",
    summary="Add a model file",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The bytes of a model file that tenfold wrote.",
            "content": {_ONNX: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses=responses(
        _400="No file in the request.",
        _408="The upload stopped arriving.",
        _413="The file is too large.",
        _422="No model file of tenfold, damaged, or one that cannot be run.",
    ),
)
async def add_model(
    request: Request,
    who: Administrator,
    name: Annotated[str, Query(description="What messages call it.", max_length=255)] = "",
) -> ModelEntry:
    """Add a model file, once it was checked and run. The same file twice is one model."""
    service = service_of(request)
    most = service.settings.max_model_bytes
    async with received(request, service.app.home.folder, most, "max_model_bytes", "model file") as file:
        return await service.threads.load(_added, service, who, file, name)


@router.get("/history", summary="Which model was live when")
def model_history(
    app: TheApp, who: Viewer, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> HistoryAnswer:
    """Every exchange of the live model, with who did it and why."""
    registry = app.registry
    return HistoryAnswer(changes=_changes(registry, registry.history(limit)))


@router.post(
    "/rollback",
    summary="Back to the previous model",
    responses=responses(_409="There is no earlier model.", _422="Its file cannot be used."),
)
def rollback_model(app: TheApp, who: Administrator) -> LiveAnswer:
    """Make the model live that was live before; repeat it to go further back."""
    change = app.model_switch.rollback(by=who.id)
    _note(app, who, "model.rollback", app.registry.get(change.model_hash))
    return _changes(app.registry, [change])[0]


@router.delete(
    "/{key}",
    summary="Take a model off the list",
    status_code=204,
    responses=responses(
        _404="No such model.", _409="It is live, comes with tenfold, or is used by a camera or a recipe."
    ),
)
def remove_model(app: TheApp, who: Administrator, key: str) -> None:
    """Remove a model. Entries that it classified keep their class; the file can be added again."""
    _note(app, who, "model.remove", app.remove_model(key))


@router.post(
    "/{key}/live",
    summary="Make a model live",
    responses=responses(_404="No such model.", _422="Its file is missing, damaged or cannot be run."),
)
def make_model_live(
    app: TheApp, who: Administrator, key: str, asked: LiveRequest | None = None
) -> LiveAnswer:
    """Answer with this model from now on. Running requests finish with the one that they started with."""
    reason = INSISTED if asked is not None and asked.insist else CHOSEN
    change = app.model_switch.go_live(key, by=who.id, reason=reason)
    _note(app, who, "model.live", app.registry.get(key), reason=reason)
    return _changes(app.registry, [change])[0]


@router.get(
    "/{key}/report",
    summary="How a model did on its test pictures",
    responses=responses(_404="No such model, or nothing is known of it.", _422="Its file cannot be used."),
)
def model_report(app: TheApp, who: Viewer, key: str) -> ModelReportAnswer:
    """Its figures, class by class and as a confusion matrix where it was evaluated here."""
    found = app.model_reports.read(key)
    if found is None:
        raise NotHere(
            f"A report on the model {key[:12]}",
            "does not exist",
            cure="`tenfold evaluate` measures a model file.",
        )
    return _report(found)


@router.get(
    "/{key}/report/page",
    summary="The report on a model, as a page",
    response_class=HTMLResponse,
    responses=responses(_404="No such model, or it has no report page."),
)
def model_report_page(app: TheApp, who: Viewer, key: str) -> Response:
    """The whole report, with pictures, shut off from everything else."""
    content = app.model_reports.page(key)
    if content is None:
        raise NotHere(
            f"A report page on the model {key[:12]}", "does not exist", cure="`tenfold evaluate` writes one."
        )
    return page_response(content)


@router.get(
    "/{key}/file",
    summary="The model file",
    response_class=Response,
    responses=responses({_ONNX: {}}) | _NONE,
)
def model_file(service: TheService, who: Viewer, key: str) -> Response:
    """The model file itself, for `tenfold classify --model`, a phone or another server."""
    registry = service.app.registry
    model = registry.get(key)
    if registry.fault(model) == "missing":
        raise RegistryError(
            f"The file of the model {model.name}",
            "is not on this server",
            cure="Add it again.",
            reason="model-file-missing",
        )
    return file_response(
        registry.open(key),
        model.bytes,
        service.threads.read,
        media_type=_ONNX,
        filename=f"{model.file_stem}-{key[:8]}.onnx",
    )


def _added(service: WebService, who: Visitor, file: Path, name: str) -> ModelEntry:
    app = service.app
    model = app.model_switch.add(file, name=name or "that was sent", origin=FILE, by=who.id)
    _note(app, who, "model.add", model)
    return model_entry(app.registry, model, app.registry.live())


def _report(found: ModelReport) -> ModelReportAnswer:
    facts = found.facts
    classes = facts.get("classes", {})
    numbers = ("pictures", "accuracy", "accuracy_low", "accuracy_high", "calibration_error", "cross_entropy")
    return ModelReportAnswer(
        source=found.source,
        data=str(facts.get("data", {}).get("name", "")),
        **{name: _sendable(facts.get(name)) for name in (*numbers, "kept")},
        classes=[
            ClassFigures(label=label, pictures=one["support"], **{k: one[k] for k in _CLASS})
            for label, one in classes.items()
        ],
        confusion=facts.get("confusion"),
        caveats=found.caveats,
        page=found.has_page,
    )


def _note(app: App, who: Visitor, action: Action, model: RegisteredModel, **more: str) -> None:
    details = {"hash": model.hash, **more}
    app.audit.note(who.id, action, model.name, details, address=who.address)


def model_entry(registry: Registry, model: RegisteredModel, live: str) -> ModelEntry:
    """`model` as the API answers it; tolerates values of earlier versions.

    Args:
        live: the hash of the live one.
    """
    facts = {
        name: _sendable(getattr(model, name))
        for name in ModelEntry.model_fields
        if name not in ("live", "fault", "caveats")
    }
    facts["classes"] = facts["classes"] if isinstance(facts["classes"], list) else []
    sound = facts["classes"] == model.classes and facts["name"] == model.name
    fault = registry.fault(model) or (None if sound else "damaged")
    return ModelEntry(**facts, caveats=read_caveats(model.caveats), live=model.hash == live, fault=fault)


def _sendable(value: Any) -> Any:
    """A value without what JSON cannot represent: lone surrogates, and NaN or infinite numbers."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_sendable(one if isinstance(one, str) else str(one)) for one in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _changes(registry: Registry, changes: Sequence[LiveChange]) -> list[LiveAnswer]:
    hashes = {one.model_hash for one in changes} | {one.previous_hash or "" for one in changes}
    names = registry.names(hashes)
    return [
        LiveAnswer.of(
            one,
            name=names.get(one.model_hash, ""),
            previous_name=names.get(one.previous_hash, "") if one.previous_hash else None,
        )
        for one in changes
    ]
