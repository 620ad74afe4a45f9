"""POST /api/v1/classify: pictures in, a prediction or a problem for each out."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from tenfold.errors import PictureError
from tenfold.images import frame_count
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import ModelServer
from tenfold.predictions import Prediction
from tenfold.web.problems import Problem, describe, responses
from tenfold.web.security.access import Viewer
from tenfold.web.security.quotas import Reservation
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import WebService, service_of
from tenfold.web.uploads import pictures as uploads
from tenfold.web.uploads.pictures import UploadedPicture

router = APIRouter(tags=["classify"])
# Why pictures that are sent are not used.
REFUSALS = responses(
    _400="No picture in the request, or a form that cannot be read.",
    _408="The upload stopped arriving.",
    _413="The only picture, or the whole request, is too large.",
    _415="The only picture is not a picture.",
    _422="The only picture is damaged, or a parameter cannot be used.",
    _503="Too much to do at this moment; try again after `Retry-After` seconds.",
)
# Undecoded bytes of one request that suffice to keep all threads busy.
_ENOUGH_BYTES = 8_000_000


class PredictionAnswer(BaseModel):
    """What is in the picture."""

    label: str = Field(description="The most probable class, also where `known` is false.")
    confidence: float = Field(description="Its calibrated probability, 0 to 1.")
    known: bool = Field(description="False: none of these classes.")
    novelty: float = Field(
        description="How unlike the training data; above the model's threshold: not known."
    )
    probabilities: dict[str, float] = Field(description="Every class, in the model's order; they sum to 1.")
    evidence: dict[str, list[list[float]]] | None = Field(
        description="Where each class was seen: rows of 0 to 1 laid over the picture. Only if asked for.",
    )


class PictureAnswer(BaseModel):
    """One picture's answer: either `prediction` or `problem` is there."""

    name: str = Field(description="The file name that came with the picture.")
    width: int | None = Field(description="In pixels, upright.")
    height: int | None = Field(description="In pixels, upright.")
    frames: int | None = Field(
        description="How many pictures the file has: more than 1 for an animation or pages. The model saw "
        "the first of them. Null where there is no prediction."
    )
    prediction: PredictionAnswer | None
    problem: Problem | None


class ClassifyAnswer(BaseModel):
    """The pictures' answers, in the order in which they were sent."""

    model: str = Field(description="SHA-256 of the model file that answered.")
    results: list[PictureAnswer]


@router.post(
    "/api/v1/classify",
    summary="Classify pictures",
    response_model=ClassifyAnswer,
    openapi_extra={"requestBody": uploads.BODY},
    responses=REFUSALS,
)
async def classify(
    request: Request,
    who: Viewer,
    evidence: Annotated[
        bool, Query(description="Also say where in the picture each class was seen.")
    ] = False,
) -> Response:
    """What is in each picture. A picture that cannot be used gets its problem beside the others' answers;
    where the request holds a single picture, that problem is the answer."""
    # One model for the whole request, even if another goes live.
    return await classified(request, who, service_of(request).classifier, evidence=evidence)


async def classified(request: Request, who: Visitor, model: Classifier, *, evidence: bool) -> Response:
    """A `ClassifyAnswer` by `model` to the pictures of a request."""
    service = service_of(request)
    service.admit(request, who.clients)
    with service.reserved(who.clients) as (memory, slot):
        outcomes = await _classify_all(request, service, model, memory, slot)
    if len(outcomes) == 1 and outcomes[0].error is not None:
        raise outcomes[0].error
    if evidence:  # large, and slow to write
        content = await service.threads.serialise(_serialised, model.sha256, outcomes, evidence)
    else:
        content = _serialised(model.sha256, outcomes, evidence)
    return Response(content, media_type="application/json")


@dataclass(frozen=True)
class _ClassifiedPicture:
    name: str
    size: tuple[int, int] | None = None
    frames: int | None = None
    prediction: Prediction | None = None
    error: PictureError | None = None

    def answer(self, evidence: bool) -> PictureAnswer:
        """Made without validation: validation would cost more than all else, and the values are ours."""
        width, height = self.size or (None, None)
        found = self.prediction
        return PictureAnswer.model_construct(
            name=self.name,
            width=width,
            height=height,
            frames=self.frames,
            prediction=PredictionAnswer.model_construct(
                **{"evidence": None, **found.to_dict(evidence=evidence)}
            )
            if found
            else None,
            problem=describe(self.error) if self.error else None,
        )


def _serialised(model: str, outcomes: list[_ClassifiedPicture], evidence: bool) -> bytes:
    """A `ClassifyAnswer` as JSON, picture by picture, so that other threads can run in between."""
    parts = [outcome.answer(evidence).model_dump_json() for outcome in outcomes]
    return f'{{"model":{json.dumps(model)},"results":[{",".join(parts)}]}}'.encode()


async def _classify_all(
    request: Request, service: WebService, model: Classifier, memory: Reservation, slot: Reservation
) -> list[_ClassifiedPicture]:
    """Classify while the rest still arrives; reading pauses while this request has enough in hand.

    The request has a slot while one of its pictures, which is then whole, is being worked on.
    """
    server = service.app.model_server
    enough = min(_ENOUGH_BYTES, service.uploads.picture_bytes)
    tasks: list[asyncio.Task[_ClassifiedPicture]] = []
    in_hand: dict[asyncio.Task[_ClassifiedPicture], UploadedPicture] = {}

    def done(task: asyncio.Task[_ClassifiedPicture]) -> None:
        del in_hand[task]
        if not in_hand:
            slot.release(1)

    try:
        async with aclosing(uploads.read(request, service.uploads, memory)) as arriving:
            async for upload in arriving:
                if not in_hand:
                    slot.reserve(1)
                task = asyncio.create_task(_answer(server, model, upload))
                task.add_done_callback(done)
                tasks.append(task)
                in_hand[task] = upload
                while len(in_hand) >= 2 * server.batch or (
                    len(in_hand) > server.workers
                    and sum(one.content.size for one in in_hand.values()) > enough
                ):
                    await asyncio.wait(in_hand, return_when=asyncio.FIRST_COMPLETED)
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _answer(server: ModelServer, model: Classifier, upload: UploadedPicture) -> _ClassifiedPicture:
    size = frames = None

    def read(model: Classifier) -> Prepared:
        nonlocal size, frames
        prepared, frames = upload.content.consume(partial(_prepared, model, upload.name))
        size = prepared.picture_size
        return prepared

    try:
        if upload.problem is not None:
            raise upload.problem
        prediction = await server.answer(read, model=model)
        return _ClassifiedPicture(upload.name, size, frames, prediction)
    except PictureError as error:
        return _ClassifiedPicture(upload.name, error=error)
    finally:
        upload.content.discard()


def _prepared(model: Classifier, name: str, content: bytes) -> tuple[Prepared, int]:
    """The picture as the model takes it, and how many its file has."""
    return model.prepare(content, name=name), frame_count(content)
