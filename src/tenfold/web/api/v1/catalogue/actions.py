"""/api/v1/catalogue/actions and /erasures: what people do to entries, and undo; what cannot be undone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from tenfold.catalogue.edits.kinds import Kind
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.entries.tables import Action
from tenfold.errors import UsageError
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.catalogue.filters import FiltersRequest
from tenfold.web.problems import responses
from tenfold.web.security.access import Operator
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, TheService, WebService
from tenfold.web.uploads.bodies import LongJsonRoute

router = APIRouter(tags=["catalogue"], prefix="/api/v1/catalogue", route_class=LongJsonRoute)

MOST_ENTRIES = 100_000
LARGEST_ID = 2**63 - 1
# Entries that an action in the history names.
MOST_NAMED = 3
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class EntriesRequest(BaseModel):
    """Which entries are meant: either `entries` or `filters`."""

    entries: (
        Annotated[list[Annotated[int, Field(ge=1, le=LARGEST_ID)]], Field(max_length=MOST_ENTRIES)] | None
    ) = Field(default=None, description="The entries' ids.")
    filters: FiltersRequest | None = Field(
        None, description="What finds the entries, as in the list of entries; all that is found is meant."
    )


class ActionRequest(EntriesRequest):
    """What to do, and to which entries."""

    kind: Kind
    label: str | None = Field(
        default=None,
        max_length=1000,
        description="For correct: a class, known to a model or new. Empty: none of these. The class that "
        "the model said confirms it.",
    )
    name: str | None = Field(default=None, max_length=1000, description="For rename, which takes one entry.")


class ErasureAnswer(BaseModel):
    """Entries that were deleted for good."""

    count: int = Field(description="How many; those that are not in the bin, or somebody else's, stay.")


class ChangedEntry(BaseModel):
    """An entry that an action changed."""

    id: int
    name: str


class ActionAnswer(Answer):
    """Something done to entries, which can be undone."""

    id: int
    at: datetime
    by: int = Field(description="The person's id; 0 is this machine's own user, or the server itself.")
    by_name: str = Field(description="Empty for 0.")
    kind: str = Field(
        description="correct, uncorrect, rename, delete, restore, share, unshare, reclassify or undo."
    )
    details: dict[str, Any] = Field(
        description="`label` of correct, `name` of rename; of undo: `of`, the action that it undid, and its "
        "`kind`."
    )
    count: int = Field(description="How many entries it changed.")
    skipped: int = Field(
        description="How many it left as they were: not this person's to change, so already, or (of undo) "
        "changed since."
    )
    undone_at: datetime | None
    undone_by: int | None
    entries: list[ChangedEntry] = Field(
        description=f"The first {MOST_NAMED} of the entries that it changed and that the person who "
        f"asks may see."
    )


class ActionsAnswer(BaseModel):
    actions: list[ActionAnswer] = Field(description="The newest first.")
    next: int | None = Field(description="Send it as `before` for those before; null at the end.")


@router.post(
    "/actions",
    summary="Correct, rename, delete, restore or share entries",
    responses=responses(
        _400="The class, the name or the filters cannot be used.",
        _403="None of the entries is this person's to change.",
        _404="None of the entries is in the catalogue.",
    ),
)
def act(service: TheService, who: Operator, asked: ActionRequest) -> ActionAnswer:
    """Do something to entries, as one action that can be undone.

    Entries among them that are not this person's to change are left as they are, and counted.
    """
    administrator = who.administrator
    which = _meant(service, who, asked, deleted=asked.kind == "restore")
    done = service.app.actions.do(
        asked.kind, which, by=who.id, administrator=administrator, label=asked.label, name=asked.name
    )
    return action_answers(service.app, [done.action], who)[0]


@router.post(
    "/erasures",
    summary="Delete entries in the bin for good",
    responses=responses(_400="The filters cannot be used."),
)
def erase(service: TheService, who: Operator, asked: EntriesRequest) -> ErasureAnswer:
    """Delete entries that are in the bin for good, with their files. It cannot be undone.

    Backups, exports and files that were filed on disk stay as they are.
    """
    which = _meant(service, who, asked, deleted=True)
    numbers = service.app.actions.found(which) if isinstance(which, Filters) else which
    count = service.app.eraser.erase(numbers, by=who.id, administrator=who.administrator)
    if count:
        service.app.audit.note(who.id, "catalogue.erase", f"{count:,}", {}, address=who.address)
    return ErasureAnswer(count=count)


@router.post(
    "/actions/{action}/undo",
    summary="Undo an action, or an undo",
    responses=responses(
        _403="It was somebody else's.",
        _404="There is no such action.",
        _409="It was undone already, or all its entries were changed since.",
    ),
)
def undo(app: TheApp, who: Operator, action: Id) -> ActionAnswer:
    """Undo an action. The answer is the undo, which is itself an action that can be undone.

    Entries that were changed since stay as they are, and are counted as skipped.
    """
    done = app.actions.undo(action, by=who.id, administrator=who.administrator)
    return action_answers(app, [done.action], who)[0]


@router.get("/actions", summary="What was done to entries")
def actions(
    app: TheApp,
    who: Operator,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ActionsAnswer:
    """This person's actions, everybody's for an administrator."""
    found = app.actions.recent(by=who.id, administrator=who.administrator, before=before, limit=limit + 1)
    more = len(found) > limit
    return ActionsAnswer(
        actions=action_answers(app, found[:limit], who), next=found[limit - 1].id if more else None
    )


def _meant(service: WebService, who: Visitor, asked: EntriesRequest, *, deleted: bool) -> Filters | list[int]:
    """The requested entries; raises UsageError unless they are given in exactly one way."""
    if (asked.entries is None) == (asked.filters is None):
        raise UsageError("An action", "takes either entries or filters", cure="Send one of the two.")
    if asked.filters is not None:
        return asked.filters.filters(service, who, deleted=deleted)
    return asked.entries or []


def action_answers(app: App, actions: Sequence[Action], who: Visitor) -> list[ActionAnswer]:
    """Actions as the API answers them."""
    entries = app.actions.first_entries(
        [action.id for action in actions],
        MOST_NAMED,
        person=who.id,
        administrator=who.administrator,
    )
    names = app.people.names_of([action.by for action in actions])
    return [
        ActionAnswer.of(
            action,
            by_name=names.get(action.by, ""),
            details={key: value for key, value in action.details.items() if key != "skipped"},
            skipped=action.details.get("skipped", 0),
            entries=[ChangedEntry(id=number, name=name) for number, name in entries.get(action.id, ())],
        )
        for action in actions
    ]
