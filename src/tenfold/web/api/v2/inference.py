"""/v2: the Open Inference Protocol, as KServe's and Triton's clients speak it.

It serves the live model, under its own name or as `live`; the version is the beginning of its file's SHA-256.
An error is problem details with one more field, `error`, as plain JSON: so those clients show it.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tenfold import __version__
from tenfold.errors import TenfoldError, UnknownModel
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import Read
from tenfold.predictions import Prediction
from tenfold.web.answers import COMMON
from tenfold.web.api.v1 import health
from tenfold.web.api.v1.classify import REFUSALS
from tenfold.web.api.v2 import tensors
from tenfold.web.problems import MEDIA_TYPE, responses
from tenfold.web.request_errors import BadInference, Overloaded
from tenfold.web.security.access import Viewer
from tenfold.web.security.quotas import CountedBytes, Reservation
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheService, WebService, service_of
from tenfold.web.uploads.pictures import chunks, declared

LIVE = "live"
_LENGTH = "Inference-Header-Content-Length"
_SHORT = 12


class _Route(APIRoute):
    """A route whose errors also have the field `error`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except (TenfoldError, HTTPException, RequestValidationError) as error:
                handlers = request.app.exception_handlers
                usual = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
                said = await usual(request, error)
                problem = json.loads(said.body)
                own = ("content-length", "content-type")
                headers = {name: text for name, text in said.headers.items() if name not in own}
                return JSONResponse({"error": problem["detail"], **problem}, said.status_code, headers)

        return handle


def _as_json(described: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """Problems as `_Route` sends them, for the OpenAPI document."""
    return {
        status: one | {"content": {"application/json": one["content"][MEDIA_TYPE]}}
        for status, one in described.items()
    }


router = APIRouter(
    prefix="/v2", tags=["open inference protocol"], route_class=_Route, responses=_as_json(COMMON)
)


class ServerAnswer(BaseModel):
    name: str
    version: str
    extensions: list[str]


class AliveAnswer(BaseModel):
    live: bool


class ReadyAnswer(BaseModel):
    ready: bool


class TensorAnswer(BaseModel):
    name: str
    datatype: str
    shape: list[int] = Field(description="-1: any length.")


class ModelMetadata(BaseModel):
    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorAnswer]
    outputs: list[TensorAnswer]


class ModelReadyAnswer(ReadyAnswer):
    name: str


Name = Annotated[str, Path(description="The live model's name, or `live`.", max_length=200)]
Version = Annotated[str, Path(description="The model file's SHA-256, or its first 12 digits.", max_length=64)]
_GONE = _as_json(responses(_404="It is not the live model."))


@router.get("", summary="What serves here")
async def oip_server(who: Viewer) -> ServerAnswer:
    """The name and version of the server, and the extensions of the protocol that it has."""
    return ServerAnswer(name="tenfold", version=__version__, extensions=["binary_tensor_data"])


@router.get("/health/live", summary="Is the server alive?")
async def oip_live() -> AliveAnswer:
    """As `GET /healthz`."""
    return AliveAnswer(live=True)


@router.get(
    "/health/ready",
    summary="Does it take pictures?",
    responses=_as_json(responses(_503="Not at this moment.")),
)
async def oip_ready(service: TheService) -> ReadyAnswer:
    """As `GET /readyz`."""
    await health.ready(service)
    return ReadyAnswer(ready=True)


@router.get("/models/{model}", summary="The live model", responses=_GONE)
async def oip_model(service: TheService, who: Viewer, model: Name) -> ModelMetadata:
    """Its inputs and outputs. `image`: uint8 of the model's size, or BYTES of shape [N] with whole files."""
    return _metadata(_found(service, model))


@router.get("/models/{model}/versions/{version}", summary="A version of the live model", responses=_GONE)
async def oip_model_version(service: TheService, who: Viewer, model: Name, version: Version) -> ModelMetadata:
    """As without the version, where it is that one."""
    return _metadata(_found(service, model, version))


@router.get("/models/{model}/ready", summary="Does it answer?", responses=_GONE)
async def oip_model_ready(service: TheService, who: Viewer, model: Name) -> ModelReadyAnswer:
    """Whether pictures can be sent to it now."""
    return _ready(service, model)


@router.get("/models/{model}/versions/{version}/ready", summary="Does this version answer?", responses=_GONE)
async def oip_model_version_ready(
    service: TheService, who: Viewer, model: Name, version: Version
) -> ModelReadyAnswer:
    """Whether pictures can be sent to it now."""
    return _ready(service, model, version)


_BODY = {
    "requestBody": {
        "required": True,
        "description": "`image` as UINT8 [N, S, S, 3], or as BYTES [N] with whole files: in JSON as base64, "
        f"else by the extension for binary tensors, with the header {_LENGTH}.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "/models/{model}/infer",
    summary="Pictures in, tensors out",
    openapi_extra=_BODY,
    responses=_as_json(REFUSALS) | _GONE,
)
async def oip_infer(request: Request, who: Viewer, model: Name) -> Response:
    """An answer for each picture, as in `POST /api/v1/classify`. One that is not usable fails the request."""
    return await _infer(request, who, model)


@router.post(
    "/models/{model}/versions/{version}/infer",
    summary="Pictures in, tensors out, by this version",
    openapi_extra=_BODY,
    responses=_as_json(REFUSALS) | _GONE,
)
async def oip_version_infer(request: Request, who: Viewer, model: Name, version: Version) -> Response:
    """As without the version, where it is that one."""
    return await _infer(request, who, model, version)


async def _infer(request: Request, who: Visitor, name: str, version: str | None = None) -> Response:
    service = service_of(request)
    model = _found(service, name, version)
    service.admit(request, who.clients)
    with service.reserved(who.clients) as (memory, slot):
        asked, pictures = await _read(request, service, model, memory)
        slot.reserve(1)
        answers = await _answers(service, model, pictures, pixels=asked.pixels)
    content, head = tensors.written(asked, answers, model=model.info.name, version=model.sha256[:_SHORT])
    if head is None:
        return Response(content, media_type="application/json")
    return Response(content, media_type="application/octet-stream", headers={_LENGTH: str(head)})


def _metadata(model: Classifier) -> ModelMetadata:
    size = model.info.input_size
    return ModelMetadata(
        name=model.info.name,
        versions=[model.sha256[:_SHORT]],
        platform="onnx_onnxruntime",
        inputs=[TensorAnswer(name=tensors.INPUT, datatype="UINT8", shape=[-1, size, size, 3])],
        outputs=[
            TensorAnswer(name=one.name, datatype=one.datatype, shape=[-1, *one.shape])
            for one in tensors.outputs(len(model.info.classes))
        ],
    )


def _ready(service: WebService, name: str, version: str | None = None) -> ModelReadyAnswer:
    found = _found(service, name, version)
    if not service.app.model_server.running:
        raise Overloaded("This server", "is not ready", cure="Try again in a moment.")
    return ModelReadyAnswer(name=found.info.name, ready=True)


def _found(service: WebService, name: str, version: str | None = None) -> Classifier:
    found = service.classifier
    fits = version is None or (len(version) >= _SHORT and found.sha256.startswith(version.lower()))
    if name not in (LIVE, found.info.name) or not fits:
        raise UnknownModel(
            f"The model {name!r}" + ("" if version is None else f", version {version!r},"),
            "does not answer here",
            cure=f"The live model is {found.info.name!r}, version {found.sha256[:_SHORT]}; "
            f"`{LIVE}` names it too.",
        )
    return found


async def _read(
    request: Request, service: WebService, model: Classifier, memory: Reservation
) -> tuple[tensors.InferenceRequest, list[CountedBytes]]:
    """The request, and its pictures as counted bytes."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise BadInference("The request", "is compressed", cure="Send it as it is.")
    body = await _body(request, service.memory.most_of_one, memory)
    asked = await service.threads.serialise(
        partial(
            tensors.read,
            body,
            request.headers.get(_LENGTH),
            size=model.info.input_size,
            classes=len(model.info.classes),
            most=service.uploads.pictures,
        )
    )
    memory.release(len(body))
    for one in asked.pictures:
        memory.reserve(len(one))
    return asked, [memory.attach(one) for one in asked.pictures]


async def _body(request: Request, most: int, memory: Reservation) -> bytes:
    body, too_large = bytearray(), HTTPException(413, f"has more than {most // 1_000_000} MB")
    if declared(request) > most:
        raise too_large
    async for chunk in chunks(request):
        if len(body) + len(chunk) > most:
            raise too_large
        memory.reserve(len(chunk))
        body += chunk
    return bytes(body)


async def _answers(
    service: WebService, model: Classifier, pictures: list[CountedBytes], *, pixels: bool
) -> list[Prediction]:
    """The model's answers, in order; raises PictureError for a picture that cannot be used."""
    size = model.info.input_size

    def prepared(number: int, content: bytes, model: Classifier) -> Prepared:
        name = f"{tensors.INPUT}[{number}]"
        if pixels:
            return model.prepare(np.frombuffer(content, np.uint8).reshape(size, size, 3), name=name)
        return model.prepare(content, name=name)

    def reading(number: int, picture: CountedBytes) -> Read:
        return lambda model: picture.consume(lambda content: prepared(number, content, model))

    server = service.app.model_server
    tasks = [
        asyncio.ensure_future(server.answer(reading(number, one), model=model))
        for number, one in enumerate(pictures)
    ]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
