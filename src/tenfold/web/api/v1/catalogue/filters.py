"""Filters as a JSON object: what a request's body says of which entries are meant. Finds nothing."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from tenfold.catalogue.entries.filters import Filters, Owner


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
