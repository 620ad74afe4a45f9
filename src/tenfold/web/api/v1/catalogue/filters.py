"""Which entries a request means: filters in its body or in its query string. Finds nothing."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, Field

from tenfold.accounts.roles import ADMINISTRATOR
from tenfold.catalogue.entries.filters import Filters, Owner
from tenfold.web.security.access import Viewer


def _aware(moment: datetime) -> datetime:
    """A moment without a time zone is meant in UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_Moment = Annotated[datetime, AfterValidator(_aware)]
_Text = Annotated[str, Field(max_length=200)]


class FiltersRequest(BaseModel):
    """The filters of the list of entries; what is left out asks nothing."""

    label: list[_Text] = Field(default=[], description="Any of these classes.")
    none: bool = Field(default=False, description="Also (or only, without `label`) none of these.")
    confidence_from: float | None = None
    confidence_to: float | None = None
    novelty_from: float | None = None
    novelty_to: float | None = None
    added_from: _Moment | None = None
    added_to: _Moment | None = None
    taken_from: _Moment | None = None
    taken_to: _Moment | None = None
    source: Literal["", "upload", "api", "folder", "watch", "camera"] = ""
    name: _Text = ""
    text: _Text = ""
    owner: Owner = "visible"
    corrected: bool | None = None
    state: list[Literal["waiting", "done", "failed"]] = Field(default=[], description="Any of these.")
    model: _Text = ""
    deleted: bool = False

    def filters(self, person: int, *, administrator: bool, deleted: bool | None = None) -> Filters:
        """As the catalogue takes them, for a person; `deleted` instead of what was asked."""
        given = self.model_dump(exclude={"label", "none", "state", "deleted", "labels"})
        return Filters(
            person=person,
            administrator=administrator,
            labels=(*self.label, *(("",) if self.none else ())),
            states=tuple(self.state),
            deleted=self.deleted if deleted is None else deleted,
            **given,
        )


def filters_of(who: Viewer, asked: Annotated[FiltersRequest, Query()]) -> Filters:
    """What the query's parameters ask for, of what the visitor may see; raises UsageError."""
    return asked.filters(who.id, administrator=who.role == ADMINISTRATOR)


Asked = Annotated[Filters, Depends(filters_of)]
