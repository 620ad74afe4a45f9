"""What the steps make tables of. A column of which only the type is given always holds something.

Keys and indexes are named by the convention of `Base`. The types are SQLAlchemy's: a step must not change
when ours do.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

INT, BIG, BOOL, TEXT = sa.Integer(), sa.BigInteger(), sa.Boolean(), sa.Text()
FLOAT: sa.Double[float] = sa.Double()
JSON, JSON_OR_NULL = sa.JSON(), sa.JSON(none_as_null=True)
BYTES, MOMENT = sa.LargeBinary(), sa.DateTime(timezone=True)
# SQLite numbers rows by itself only in a column declared INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def table(
    called: str, /, *more: sa.Constraint | sa.Index, **columns: TypeEngine[Any] | sa.Column[Any]
) -> None:
    """Make a table; `more` are its constraints and indexes of several columns."""
    made = []
    for name, kind in columns.items():
        column = kind if isinstance(kind, sa.Column) else sa.Column(kind, nullable=False)
        column.name = column.key = name
        made.append(column)
    op.create_table(called, *made, *more)


def maybe(kind: TypeEngine[Any], *more: sa.ForeignKey, index: bool = False) -> sa.Column[Any]:
    """A column that may hold nothing."""
    return sa.Column(kind, *more, nullable=True, index=index)


def key(
    kind: TypeEngine[Any] = ID, *more: sa.ForeignKey, numbered: bool = True, index: bool = False
) -> sa.Column[Any]:
    """A column of the primary key; numbered: the database may number its rows, where it is the whole key."""
    return sa.Column(kind, *more, primary_key=True, autoincrement="auto" if numbered else False, index=index)


def to(column: str, on_delete: Literal["CASCADE", "SET NULL"] = "CASCADE") -> sa.ForeignKey:
    """A reference to a column of another table."""
    return sa.ForeignKey(column, ondelete=on_delete)


def one_present(name: str, column: str) -> sa.Index:
    """That no two rows that were not removed have the same value."""
    present = sa.text("removed_at IS NULL")
    return sa.Index(name, column, unique=True, sqlite_where=present, postgresql_where=present)
