"""A model's exports as the API answers them."""

from datetime import datetime

from pydantic import BaseModel, Field

from tenfold.export.formats import ExportFormat, missing
from tenfold.export.receipt import is_receipt
from tenfold.web.answers import Answer, ShareAnswer
from tenfold.workflows.export_job import KeptExport


class FormatAnswer(Answer):
    """A format that models are exported to."""

    name: str = Field(description="As `tenfold export --to` takes it.")
    title: str = Field(description="What people call it.")
    integer: bool = Field(description="Whether it computes with integers of 8 bits.")
    install: str | None = Field(
        description="The command that installs what it needs; null: it can be used here."
    )


class ExportedFileAnswer(Answer):
    """A file of an export."""

    name: str
    bytes: int
    sha256: str


class NoneOfTheseAnswer(Answer):
    """The agreement on "none of these"; in pairs the original's value is first."""

    correlation: float = Field(description="Of the novelty of both, by Pearson.")
    thresholds: tuple[float, float]
    shares: tuple[ShareAnswer, ShareAnswer] = Field(
        validation_alias="none_of_these",
        description="Of the pictures that each calls none of these, at its own threshold.",
    )
    same: ShareAnswer = Field(description="Of the pictures of which both say the same.")


class DisagreementAnswer(Answer):
    """A picture that both call different things; of pairs the original's is first."""

    name: str = Field(description="Of the picture.")
    label: str = Field(description="Its class.")
    answers: tuple[str, str]
    confidence: tuple[float, float]


class ExportAnswer(Answer):
    """An export and its receipt; of pairs the original's is first."""

    id: str
    format: str = Field(description="As `tenfold export --to` takes it.")
    created: datetime
    refused: bool = Field(
        description="It agrees less than was asked for, so there is no file, only a receipt."
    )
    files: list[ExportedFileAnswer] = Field(description="The first is the one that programs open.")
    receipt: str = Field(description="The name of the receipt's file, which belongs beside the first.")
    data: str = Field(validation_alias="title", description="What it was compared on.")
    split: str = Field(description="The part of it: test, or all.")
    pictures: int
    least: float = Field(description="The agreement that was asked for, 0 to 1.")
    agreement: ShareAnswer = Field(description="Of the pictures with the same first answer.")
    accuracy: tuple[ShareAnswer, ShareAnswer]
    largest_difference: float = Field(description="Of the probability of a class.")
    none_of_these: NoneOfTheseAnswer | None = Field(
        validation_alias="novelty", description="null: the file does not tell it."
    )
    evidence_overlap: float | None = Field(description="Mean, 0 to 1; null: the file has no evidence.")
    least_cosine: float | None = Field(description="Of the embeddings; null: the file has none.")
    original_bytes: int
    milliseconds: tuple[float, float] = Field(
        description="For one picture on one core, from file to answer, the median."
    )
    versions: dict[str, str]
    processor: str
    system: str
    disagreed: int = Field(description="Pictures with another first answer.")
    disagreements: list[DisagreementAnswer] = Field(description="The worst of them.")


class ExportsAnswer(BaseModel):
    """A model's exports, and what it can be exported to."""

    formats: list[FormatAnswer]
    data: str | None = Field(description="The dataset to compare on by default; null: one has to be chosen.")
    exports: list[ExportAnswer] = Field(description="The newest first.")


def format_answer(one: ExportFormat) -> FormatAnswer:
    """A format, and what has to be installed for it."""
    absent = missing(one)
    return FormatAnswer.of(one, install=None if absent is None else str(absent.params["command"]))


def export_answer(kept: KeptExport) -> ExportAnswer:
    """An export without the answers to every picture, which its receipt's file has."""
    receipt = kept.receipt
    return ExportAnswer.of(
        receipt,
        id=kept.id,
        refused=not receipt.good,
        files=[one for one in receipt.files if one.name in kept.keys],
        receipt=next(name for name in kept.keys if is_receipt(name)),
        original_bytes=receipt.original.bytes,
        disagreed=sum(ours != theirs for ours, theirs, _ in receipt.answers),
    )
