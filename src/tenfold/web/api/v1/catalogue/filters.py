"""Which entries a request means: filters in its body or in its query string. Finds nothing."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, Field

from tenfold.catalogue.entries.filters import MOST_IDS, Filters, Owner
from tenfold.errors import UsageError
from tenfold.web.security.access import Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheService, WebService


def _aware(moment: datetime) -> datetime:
    """A moment without a time zone is meant in UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_IDS = re.compile("([0-9]{1,18})(?:-([0-9]{1,18}))?")
_Moment = Annotated[datetime, AfterValidator(_aware)]
_Text = Annotated[str, Field(max_length=200)]


class FiltersRequest(BaseModel):
    """The filters of the list of entries; one that is left out does not filter."""

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
    ids: str = Field(
        default="",
        max_length=100_000,
        description=f"Only these entries, {MOST_IDS:,} at the most: ids and ranges of them, as in 3,7-12.",
    )

    def filters(self, service: WebService, who: Visitor, *, deleted: bool | None = None) -> Filters:
        """As the catalogue takes them, for who asks; `deleted` instead of what was asked."""
        given = self.model_dump(exclude={"label", "none", "state", "deleted", "labels", "ids"})
        return Filters(
            person=who.id,
            administrator=who.administrator,
            labels=(*self.label, *(("",) if self.none else ())),
            states=tuple(self.state),
            deleted=self.deleted if deleted is None else deleted,
            ids=_ids(self.ids),
            class_names=_class_names(service) if self.text.strip() else (),
            **given,
        )


def filters_of(service: TheService, who: Viewer, asked: Annotated[FiltersRequest, Query()]) -> Filters:
    """What the query's parameters ask for, of what the visitor may see; raises UsageError."""
    return asked.filters(service, who)


def _ids(text: str) -> tuple[int, ...]:
    """The ids of "3,7-12"."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        read = _IDS.fullmatch(part)
        if read is None:
            cure = "Write it as 3,7-12."
            raise UsageError("The filter ids", "is not a list of ids", received=f"{part!a:.60}", cure=cure)
        numbers = range(int(read[1]), int(read[2] or read[1]) + 1)
        # Computed before the list is made, however long a range is.
        if len(found) + len(numbers) > MOST_IDS:
            cure = f"Name {MOST_IDS:,} at the most, or use other filters."
            raise UsageError("The filter ids", "names too many entries", received=f"{text:.60}", cure=cure)
        found += numbers
    return tuple(found)


def _class_names(service: WebService) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What the live model calls its classes, in every language."""
    classes = service.classifier.info.classes
    return tuple((one.label, tuple(one.names.values())) for one in classes)


Asked = Annotated[Filters, Depends(filters_of)]
