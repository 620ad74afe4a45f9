"""Drafts of own classes"""

import sqlalchemy as sa

from tenfold.database.migrations import columns as c

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    c.table(
        "draft_changes",
        sa.Index(None, "draft_id", "id"),
        id=c.key(),
        draft_id=c.BIG,
        kind=sa.String(20),
        details=c.JSON,
    )
    c.table(
        "draft_classes",
        sa.Index(None, "draft_id", "id"),
        id=c.key(),
        draft_id=c.BIG,
        name=sa.String(100),
        removed_by=c.maybe(c.BIG),
    )
    c.table(
        "draft_pictures",
        sa.Index(None, "draft_id", "class_id", "id"),
        id=c.key(),
        draft_id=c.BIG,
        class_id=c.BIG,
        hash=sa.String(64),
        name=c.TEXT,
        recording=c.maybe(c.BIG),
        backbone=sa.String(64),
        embedding=c.BYTES,
        added_at=c.MOMENT,
        removed_by=c.maybe(c.BIG),
    )
    c.table(
        "drafts",
        sa.Index(None, "owner", "id"),
        id=c.key(),
        owner=c.INT,
        name=sa.String(100),
        created_at=c.MOMENT,
        changed_at=c.MOMENT,
        version=c.INT,
        fitted=c.maybe(c.JSON_OR_NULL),
        model_hash=c.maybe(sa.String(64)),
        kept_hash=c.maybe(sa.String(64)),
        kept_version=c.maybe(c.INT),
    )
