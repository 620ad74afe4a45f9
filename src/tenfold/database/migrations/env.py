"""Alembic's entry: runs the steps on the connection that it was given. Knows every table, to compare with."""

from typing import Any, Literal

from alembic import context

from tenfold.database.base import Base, Moment, load_tables


def plain_types(kind: str, thing: Any, context: Any) -> str | Literal[False]:
    """How a type is written into a step: a step must not change when our own type does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


load_tables()
given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot change a table in place; a step is written for both databases.
    render_as_batch=given["connection"].dialect.name == "sqlite" and not given.get("writing"),
    render_item=plain_types,
    compare_type=True,
    include_object=given.get("include_object"),
)
with context.begin_transaction():
    context.run_migrations()
