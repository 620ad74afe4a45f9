"""Names that people give rows: what a name may be, whether it is taken, and a row by its name.

Knows no table.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tenfold.errors import TenfoldError

LONGEST_NAME = 100


class Named(Protocol):
    """A row that has a name."""

    id: Any
    name: Any


RowT = TypeVar("RowT", bound=Named)


def checked_name(name: str, subject: str, error: type[TenfoldError]) -> str:
    """A name without spaces around it.

    Args:
        subject: of the message: "The camera's name".
        error: what is raised where it is empty, too long, or has letters that cannot be shown.
    """
    shown = " ".join(name.split())
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        cure = f"Give it 1 to {LONGEST_NAME} letters."
        raise error(
            subject, "cannot be used", received=f"{shown!r:.120}", cure=cure,
            reason="name-length", params={"most": LONGEST_NAME},
        )  # fmt: skip
    return shown


def name_taken(name: str, what: str, error: type[TenfoldError]) -> TenfoldError:
    """The error for a name that is that of another `what`: "camera"."""
    return error(
        f"The name {name!r}", f"is that of another {what}", cure="Choose another.",
        reason="name-taken", params={"name": name},
    )  # fmt: skip


def check_free(session: Session, table: type[Named], name: str, what: str, error: type[TenfoldError]) -> None:
    """Raise `error` where a row of `table` has that name, however it is written."""
    same = select(table.id).where(func.lower(table.name) == name.lower())
    if session.scalar(same) is not None:
        raise name_taken(name, what, error)


def rename(
    session: Session, row: Named, name: str, subject: str, what: str, error: type[TenfoldError]
) -> None:
    """Give a row another name; raises as `checked_name` and `check_free`. Only its case may change, too."""
    shown = checked_name(name, subject, error)
    if shown.lower() != row.name.lower():
        check_free(session, type(row), shown, what, error)
    row.name = shown


def by_name(rows: Sequence[RowT], name: str) -> RowT | None:
    """The row of that name, else that of that number; None: there is none."""
    named = next((row for row in rows if row.name == name), None)
    return named or next((row for row in rows if str(row.id) == name), None)
