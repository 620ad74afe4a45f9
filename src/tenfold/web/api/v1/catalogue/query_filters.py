"""Filters from the query string of a request, for the visitor. Finds nothing."""

from typing import Annotated

from fastapi import Depends, Query

from tenfold.accounts.roles import ADMINISTRATOR
from tenfold.catalogue.entries.filters import Filters
from tenfold.web.api.v1.catalogue.filters import FiltersRequest
from tenfold.web.security.access import Viewer


def filters_of(who: Viewer, asked: Annotated[FiltersRequest, Query()]) -> Filters:
    """What the query's parameters ask for, of what the visitor may see; raises UsageError."""
    return asked.filters(who.id, administrator=who.role == ADMINISTRATOR)


Asked = Annotated[Filters, Depends(filters_of)]
