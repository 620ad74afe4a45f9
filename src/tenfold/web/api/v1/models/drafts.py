"""/api/v1/drafts: own classes from a few pictures: naming, adding pictures, learning, trying, keeping."""

from contextlib import aclosing
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tenfold.drafts.drafts import LONGEST_NAME, MOST_CLASSES
from tenfold.errors import PictureError
from tenfold.teaching.teach import MOST
from tenfold.web.answers import Answer
from tenfold.web.api.v1.classify import REFUSALS, ClassifyAnswer, classified
from tenfold.web.api.v1.models.models import ModelEntry, model_entry
from tenfold.web.draft_answers import DraftAnswer, DraftEntry, FitAnswer
from tenfold.web.problems import Problem, describe, responses
from tenfold.web.security.access import Operator
from tenfold.web.security.visitor import Visitor
from tenfold.web.sending import KEEP_FOR_EVER
from tenfold.web.service import TheApp, TheService, service_of
from tenfold.web.uploads import pictures as uploads
from tenfold.web.uploads.pictures import UploadedPicture
from tenfold.workflows.drafts import ReadPicture, TeachDrafts

router = APIRouter(prefix="/api/v1/drafts", tags=["drafts"])

Number = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The draft's number.")]
ClassNumber = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The class's number.")]
Hash = Annotated[str, InPath(pattern="^[0-9a-f]{64}$", description="SHA-256 of the picture's file.")]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_MOST_SIDE = 1024
_NONE = responses(_404="No such draft of the visitor, or no such class or picture in it.")
_CHANGE = _NONE | responses(_409="It cannot be done: a name is taken or there is no room, for example.")


class NameRequest(BaseModel):
    name: Name


class BeginRequest(BaseModel):
    name: Name
    classes: list[Name] = Field([], max_length=MOST_CLASSES, description="Names of classes to begin with.")


class PictureNumbers(BaseModel):
    pictures: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(max_length=MOST)


class MoveRequest(PictureNumbers):
    to: Annotated[int, Field(ge=1, le=2**63 - 1, description="The class's number.")]


class DraftsAnswer(BaseModel):
    drafts: list[DraftEntry] = Field(description="The visitor's own, the one changed last first.")


class DraftPictureAnswer(Answer):
    id: int
    hash: str = Field(description="SHA-256 of its file, and its address.")
    name: str
    recording: bool = Field(description="Whether it is a frame of a recording.")


class DraftPicturesAnswer(BaseModel):
    pictures: list[DraftPictureAnswer] = Field(description="The newest first.")


class NotAdded(BaseModel):
    """A picture that was not added: it cannot be read, or is in the class `there` already."""

    name: str
    problem: Problem | None
    there: str | None


class AddedToDraft(BaseModel):
    draft: DraftAnswer
    added: int
    not_added: list[NotAdded]


class KeptAnswer(BaseModel):
    draft: DraftAnswer
    model: ModelEntry


async def _teach_drafts(app: TheApp) -> TeachDrafts:
    return app.teach_drafts


Drafts = Annotated[TeachDrafts, Depends(_teach_drafts)]


@router.get("", summary="The visitor's drafts of own classes")
def drafts(parts: Drafts, who: Operator) -> DraftsAnswer:
    """A draft has own classes and their pictures; what is learned from it becomes a model."""
    found = parts.drafts.list(who.id)
    return DraftsAnswer(drafts=[DraftEntry.of(one) for one in found])


@router.post("", summary="Begin a draft", status_code=201, responses=_CHANGE)
def begin_draft(parts: Drafts, who: Operator, asked: BeginRequest) -> DraftAnswer:
    """Begin to teach own classes. A draft belongs to its person; nobody else sees it."""
    return _answer(parts, parts.drafts.begin(who.id, asked.name, asked.classes), who)


@router.get("/{number}", summary="A draft", responses=_NONE)
def draft(parts: Drafts, who: Operator, number: Number) -> DraftAnswer:
    """Its classes, and what was learned last."""
    return _answer(parts, number, who)


@router.patch("/{number}", summary="Rename a draft", responses=_CHANGE)
def rename_draft(parts: Drafts, who: Operator, number: Number, asked: NameRequest) -> DraftAnswer:
    """Its name becomes that of the model that is kept."""
    parts.drafts.rename(number, who.id, asked.name)
    return _answer(parts, number, who)


@router.delete("/{number}", summary="Delete a draft", status_code=204, responses=_NONE)
def delete_draft(app: TheApp, who: Operator, number: Number) -> None:
    """Delete it with its pictures, for good. A model that was kept stays."""
    draft = app.teach_drafts.delete(number, who.id)
    app.audit.note(who.id, "draft.delete", draft.name, address=who.address)


@router.post("/{number}/classes", summary="Add a class", responses=_CHANGE)
def add_draft_class(parts: Drafts, who: Operator, number: Number, asked: NameRequest) -> DraftAnswer:
    """A class without pictures yet."""
    parts.contents.add_class(number, who.id, asked.name)
    return _answer(parts, number, who)


@router.patch("/{number}/classes/{part}", summary="Rename a class", responses=_CHANGE)
def rename_draft_class(
    parts: Drafts, who: Operator, number: Number, part: ClassNumber, asked: NameRequest
) -> DraftAnswer:
    """Its pictures stay."""
    parts.contents.rename_class(number, who.id, part, asked.name)
    return _answer(parts, number, who)


@router.delete("/{number}/classes/{part}", summary="Remove a class", responses=_NONE)
def remove_draft_class(parts: Drafts, who: Operator, number: Number, part: ClassNumber) -> DraftAnswer:
    """Remove it with its pictures; this can be undone."""
    parts.contents.remove_class(number, who.id, part)
    return _answer(parts, number, who)


@router.post("/{number}/undo", summary="Undo the last change", responses=_CHANGE)
def undo_draft_change(parts: Drafts, who: Operator, number: Number) -> DraftAnswer:
    """Undo the last change to classes or pictures; again and again goes further back, 50 changes at most."""
    parts.undo(number, who.id)
    return _answer(parts, number, who)


@router.get("/{number}/classes/{part}/pictures", summary="The pictures of a class", responses=_NONE)
def draft_pictures(parts: Drafts, who: Operator, number: Number, part: ClassNumber) -> DraftPicturesAnswer:
    """All of them, the newest first."""
    found = parts.contents.pictures(number, who.id, part)
    return DraftPicturesAnswer(
        pictures=[DraftPictureAnswer.of(one, recording=one.recording is not None) for one in found]
    )


@router.post(
    "/{number}/classes/{part}/pictures",
    summary="Add pictures to a class",
    openapi_extra={"requestBody": uploads.BODY},
    responses=REFUSALS | _CHANGE,
)
async def add_draft_pictures(
    request: Request,
    who: Operator,
    number: Number,
    part: ClassNumber,
    batch: Annotated[
        int | None,
        Query(ge=0, le=2**53, description="Pictures sent with the same number are undone together."),
    ] = None,
    recording: Annotated[
        bool,
        Query(description="They are frames of one recording, in the order of time; `batch` numbers it."),
    ] = False,
) -> AddedToDraft:
    """Add pictures. Their features are computed as they come, so that learning takes a second. A picture that
    cannot be used is told beside the others; where the request holds a single one, that is the answer."""
    service = service_of(request)
    service.admit(request, who.clients)
    parts = service.app.teach_drafts
    await service.threads.read(parts.check, number, who.id, part)
    found: list[ReadPicture] = []
    wrong: list[NotAdded] = []
    with service.reserved(who.clients) as (memory, slot):
        slot.reserve(1)
        async with aclosing(uploads.read(request, service.uploads, memory)) as arriving:
            async for upload in arriving:
                try:
                    found.append(await service.threads.decode(_read, parts, number, upload))
                except PictureError as error:
                    last = error
                    wrong.append(NotAdded(name=upload.name, problem=describe(error), there=None))
        if not found and len(wrong) == 1:
            raise last
        add = partial(parts.add, number, who.id, part, found, batch=batch, recording=recording)
        known = await service.threads.decode(add) if found else {}
    there = [
        NotAdded(name=one.name, problem=None, there=known[one.hash]) for one in found if one.hash in known
    ]
    return AddedToDraft(
        draft=await service.threads.read(_answer, parts, number, who),
        added=len({one.hash for one in found} - known.keys()),
        not_added=[*wrong, *there],
    )


@router.post("/{number}/pictures/remove", summary="Remove pictures", responses=_NONE)
def remove_draft_pictures(parts: Drafts, who: Operator, number: Number, asked: PictureNumbers) -> DraftAnswer:
    """Remove pictures, of whatever classes; this can be undone."""
    parts.contents.remove_pictures(number, who.id, asked.pictures)
    return _answer(parts, number, who)


@router.post("/{number}/pictures/move", summary="Put pictures into another class", responses=_NONE)
def move_draft_pictures(parts: Drafts, who: Operator, number: Number, asked: MoveRequest) -> DraftAnswer:
    """For pictures that were added to the wrong class."""
    parts.contents.move_pictures(number, who.id, asked.pictures, asked.to)
    return _answer(parts, number, who)


@router.get(
    "/{number}/pictures/{content}",
    summary="A picture of a draft",
    response_class=Response,
    responses=responses({"image/jpeg": {"schema": uploads.PICTURE}}, _409="Its file is missing.") | _NONE,
)
async def draft_picture(
    service: TheService,
    who: Operator,
    number: Number,
    content: Hash,
    side: Annotated[int, Query(ge=16, le=_MOST_SIDE, description="Its longer side, at most.")] = 256,
) -> Response:
    """Upright, as JPEG. It never changes, so a browser asks for it once."""
    small = await service.threads.decode(service.app.teach_drafts.small, number, who.id, content, side)
    return Response(small, media_type="image/jpeg", headers=KEEP_FOR_EVER)


@router.post("/{number}/fit", summary="Learn from a draft", responses=_CHANGE)
async def fit_draft(service: TheService, who: Operator, number: Number) -> DraftAnswer:
    """Learn to tell the classes apart, and see how well. Classes without pictures are left out; of a single
    class, what is unlike it is none of these."""
    parts = service.app.teach_drafts
    await service.threads.load(parts.fit, number, who.id)
    return await service.threads.read(_answer, parts, number, who)


@router.post(
    "/{number}/classify",
    summary="Classify pictures with what was learned",
    response_model=ClassifyAnswer,
    openapi_extra={"requestBody": uploads.BODY},
    responses=REFUSALS | _CHANGE,
)
async def classify_with_draft(
    request: Request,
    who: Operator,
    number: Number,
    evidence: Annotated[
        bool, Query(description="Also say where in the picture each class was seen.")
    ] = False,
) -> Response:
    """As `classify`, by the model that was learned last from the draft: what is kept answers the same."""
    service = service_of(request)
    model = await service.threads.load(service.app.teach_drafts.classifier, number, who.id)
    return await classified(request, who, model, evidence=evidence)


@router.post("/{number}/keep", summary="Keep what is learned", responses=_CHANGE)
async def keep_draft(service: TheService, who: Operator, number: Number) -> KeptAnswer:
    """Register what is learned from the draft as it is now as an ordinary model, under the draft's name."""
    app = service.app
    model = await service.threads.load(app.teach_drafts.keep, number, who.id)
    draft = await service.threads.read(_answer, app.teach_drafts, number, who)
    details = {"hash": model.hash}
    await service.threads.write(
        partial(app.audit.note, who.id, "model.teach", model.name, details, address=who.address)
    )
    return KeptAnswer(draft=draft, model=model_entry(app.registry, model, app.registry.live()))


def _answer(parts: TeachDrafts, number: int, who: Visitor) -> DraftAnswer:
    found = parts.drafts.state(number, who.id)
    draft = found.draft
    return DraftAnswer.of(
        draft,
        classes=found.classes,
        undo=found.undo,
        fit=None if draft.fitted is None else FitAnswer.model_validate(draft.fitted),
        kept=draft.kept_hash,
    )


def _read(parts: TeachDrafts, number: int, upload: UploadedPicture) -> ReadPicture:
    if upload.problem is not None:
        raise upload.problem
    return upload.content.consume(lambda content: parts.read(number, content, upload.name))
