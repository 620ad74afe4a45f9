"""A draft of own classes as the API answers it."""

from datetime import datetime

from pydantic import BaseModel, Field

from tenfold.drafts.tables import ChangeKind
from tenfold.web.answers import Answer, ShareAnswer


class DraftEntry(Answer):
    """A draft among others."""

    id: int
    name: str
    created_at: datetime
    changed_at: datetime


class DraftClassAnswer(Answer):
    id: int
    name: str
    pictures: int = Field(description="How many it has.")


class MistakeAnswer(BaseModel):
    """A picture that was taken for another class by a head that had not learned from it."""

    picture: int = Field(description="The picture's number.")
    hash: str = Field(description="SHA-256 of the picture's file.")
    label: str
    answer: str
    confidence: float


class FitAnswer(BaseModel):
    """What was learned, and how well the classes are told apart. Every figure is cross-validated."""

    version: int = Field(description="The version of the draft that was learned from.")
    seconds: float
    classes: list[str] = Field(description="Those that were learned, in the order of the outputs.")
    counts: list[int] = Field(description="How many pictures of each.")
    left_out: list[str] = Field(description="Classes without pictures.")
    accuracy: ShareAnswer | None = Field(
        description="The share told apart correctly; null with a single class."
    )
    kept: ShareAnswer = Field(description="Not called none of these.")
    confusion: list[list[int]] = Field(description="Rows are the true classes.")
    mistakes: list[MistakeAnswer] = Field(description="The surest first, 50 at most.")


class DraftAnswer(DraftEntry):
    """A draft with all but its pictures."""

    version: int = Field(description="Counts the changes to classes and pictures.")
    classes: list[DraftClassAnswer] = Field(description="In the order in which they were added.")
    undo: ChangeKind | None = Field(description="The change that is undone next.")
    fit: FitAnswer | None = Field(description="What was learned last; null: nothing yet.")
    kept: str | None = Field(description="The hash of the model that was kept last.")
    kept_version: int | None = Field(description="The version of the draft that it was learned from.")
