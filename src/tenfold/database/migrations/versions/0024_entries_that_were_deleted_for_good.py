"""Entries that were deleted for good"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "erased_entries",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_entries")),
    )
    op.create_index(op.f("ix_erased_entries_key"), "erased_entries", ["key"], unique=False)
