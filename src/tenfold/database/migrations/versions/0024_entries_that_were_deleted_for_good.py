"""Entries that were deleted for good"""

import sqlalchemy as sa

from tenfold.database.migrations.columns import key, maybe, table

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    table("erased_entries", id=key(numbered=False), key=maybe(sa.String(64), index=True))
