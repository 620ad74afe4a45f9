"""Vectors of other models"""

import sqlalchemy as sa

from tenfold.database.migrations.columns import BYTES, ID, key, table, to

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    table(
        "set_aside_vectors", entry_id=key(ID, to("entries.id")), model_hash=key(sa.String(64)), vector=BYTES
    )
