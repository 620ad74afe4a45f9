"""An entry of the catalogue as the API answers it. Does not know how it was found."""

from datetime import datetime
from typing import Any

from pydantic import Field

from tenfold.catalogue.entries.tables import SOURCES, SYSTEM, Entry
from tenfold.web.answers import Answer
from tenfold.web.problems import Problem, remembered


class EntryAnswer(Answer):
    """A picture in the catalogue."""

    id: int
    name: str = Field(description="The name that it is shown by.")
    label: str | None = Field(
        description="The class that it is filed under: what a person said, else what the model said. Empty: "
        "none of these. Null: not classified yet."
    )
    corrected: bool = Field(description="Whether a person said so.")
    model_label: str | None = Field(description="The model's most probable class.")
    confidence: float | None = Field(description="The calibrated probability of that class, 0 to 1.")
    novelty: float | None
    known: bool | None = Field(description="False: the model said none of these.")
    model: str | None = Field(
        validation_alias="model_hash", description="SHA-256 of the model file that named it."
    )
    state: str = Field(description="waiting, done or failed.")
    problem: Problem | None = Field(description="Why it could not be classified.")
    width: int | None = Field(description="In pixels, upright.")
    height: int | None
    bytes: int
    media_type: str
    added_at: datetime
    taken_at: datetime | None = Field(
        description="By the camera's clock, as EXIF says; without a zone there, in the server's."
    )
    latitude: float | None
    longitude: float | None
    camera: str | None
    sources: list[str] = Field(
        description="How it came: upload, api, folder, watch, camera; an entry can have several."
    )
    mine: bool = Field(description="Whether it belongs to the person who asks.")
    shared: bool = Field(description="Whether others see it.")
    deleted_at: datetime | None
    review_reason: str | None = Field(
        description="Why a review would help: uncertain, novel, disagreement or label."
    )


def entry_answer(entry: Entry, person: int) -> EntryAnswer:
    """`entry` as `person` sees it."""
    return EntryAnswer.of(entry, **seen_by(entry, person))


def seen_by(entry: Entry, person: int) -> dict[str, Any]:
    """The fields of an answer that depend on who asks."""
    return {
        "corrected": entry.corrected_at is not None,
        "mine": entry.owner_id in (person, SYSTEM),
        "problem": remembered(entry.problem),
        "sources": [source for source, bit in SOURCES.items() if entry.sources & bit],
    }
