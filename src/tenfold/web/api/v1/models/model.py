"""/api/v1/model: what the model says of itself, and what it says to pictures of a self-test."""

import asyncio
import base64
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tenfold.inference import self_test
from tenfold.inference.server import Read
from tenfold.models import bundled
from tenfold.web.api.v1.classify import PredictionAnswer
from tenfold.web.security.access import Viewer
from tenfold.web.service import TheService

router = APIRouter(tags=["model"])


class ClassAnswer(BaseModel):
    """A class: the label that programs use, and its names for people."""

    label: str
    names: dict[str, str] = Field(description="By language: en, uk, ru.")


class ModelAnswer(BaseModel):
    """The model that answers."""

    name: str
    sha256: str = Field(description="Of the model file.")
    bytes: int = Field(description="The size of the model file.")
    classes: list[ClassAnswer] = Field(description="In the order of the outputs.")
    other_classes: list[ClassAnswer] = Field(
        description="Classes of the other models that come with tenfold, for their names: one of them says"
        " what cameras see."
    )
    input_size: int = Field(description="Side in pixels of the square picture that the network takes.")
    resize: str = Field(description="The resize rule.")
    views: str = Field(description="How views are taken from a picture.")
    threshold: float = Field(description="A picture whose novelty is above it is none of the classes.")
    known_rate: float = Field(description="The share of known pictures that the threshold keeps, 0 to 1.")
    temperature: float = Field(description="The temperature of the calibration.")
    scores: dict[str, Any] = Field(description="Measured figures, by name.")
    network: dict[str, Any]
    training: dict[str, Any]
    data_fingerprint: str = Field(description="SHA-256 over the training pictures and their labels.")
    licence: str = Field(description="Of the weights, as an SPDX identifier.")
    tenfold_version: str = Field(description="Which tenfold wrote the model file.")


@router.get("/api/v1/model", summary="The model that answers")
async def model(service: TheService, who: Viewer) -> ModelAnswer:
    """The model's classes, figures and origin."""
    classifier = service.classifier
    bundled_classes = await service.threads.read(bundled.classes)
    own = set(classifier.info.labels)
    return ModelAnswer(
        sha256=classifier.sha256,
        bytes=classifier.bytes,
        other_classes=[
            ClassAnswer(label=one.label, names=dict(one.names))
            for one in bundled_classes
            if one.label not in own
        ],
        **classifier.info.to_dict(),
    )


class SelfTestPicture(BaseModel):
    """A picture, and the answer to it."""

    png: str = Field(description="A PNG file in base64.")
    prediction: PredictionAnswer


class SelfTestAnswer(BaseModel):
    """What a client that runs the live model itself must answer."""

    model: str = Field(description="SHA-256 of the model file that answered.")
    pictures: list[SelfTestPicture]


@router.get("/api/v1/model/self-test", summary="Pictures to try a model with")
async def model_self_test(service: TheService, who: Viewer) -> SelfTestAnswer:
    """A few pictures with the live model's answers. What else runs the same file, such as a phone, finds out
    with them whether it answers alike."""
    server, classifier = service.app.model_server, service.classifier
    files = await service.threads.read(self_test.pictures)
    with service.reserved(who.clients) as (_, slot):
        slot.reserve(1)
        said = await asyncio.gather(
            *(server.answer(_reading(png), model=classifier, observed=False) for png in files)
        )
    return SelfTestAnswer(
        model=classifier.sha256,
        pictures=[
            SelfTestPicture(
                png=base64.b64encode(png).decode(),
                prediction=PredictionAnswer(**prediction.to_dict(), evidence=None),
            )
            for png, prediction in zip(files, said, strict=True)
        ],
    )


def _reading(png: bytes) -> Read:
    return lambda model: model.prepare(png)
