"""An entry of the catalogue as the API answers it. Does not know how it was found."""

from datetime import datetime

from pydantic import BaseModel, Field

from tenfold.catalogue.entries.tables import SYSTEM, Entry
from tenfold.web.problems import Problem, remembered


class EntryAnswer(BaseModel):
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
    model: str | None = Field(description="SHA-256 of the model file that named it.")
    state: str = Field(description="waiting, done or failed.")
    problem: Problem | None = Field(description="Why it could not be classified.")
    width: int | None = Field(description="In pixels, upright.")
    height: int | None
    bytes: int
    media_type: str
    added_at: datetime
    taken_at: datetime | None = Field(description="By the camera's clock, as EXIF says.")
    latitude: float | None
    longitude: float | None
    camera: str | None
    mine: bool = Field(description="Whether it belongs to whoever asks.")
    shared: bool = Field(description="Whether others see it.")
    deleted_at: datetime | None
    review_reason: str | None = Field(
        description="Why a look would help: uncertain, novel, disagreement or label."
    )


def entry_answer(entry: Entry, person: int) -> EntryAnswer:
    """`entry` as `person` sees it."""
    return EntryAnswer(
        id=entry.id,
        name=entry.name,
        label=entry.label,
        corrected=entry.corrected_at is not None,
        model_label=entry.model_label,
        confidence=entry.confidence,
        novelty=entry.novelty,
        known=entry.known,
        model=entry.model_hash,
        state=entry.state,
        problem=remembered(entry.problem) if entry.problem else None,
        width=entry.width,
        height=entry.height,
        bytes=entry.bytes,
        media_type=entry.media_type,
        added_at=entry.added_at,
        taken_at=entry.taken_at,
        latitude=entry.latitude,
        longitude=entry.longitude,
        camera=entry.camera,
        mine=entry.owner_id in (person, SYSTEM),
        shared=entry.shared,
        deleted_at=entry.deleted_at,
        review_reason=entry.review_reason,
    )
