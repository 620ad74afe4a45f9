"""The first tables"""

import sqlalchemy as sa
from alembic import op

from tenfold.database.migrations import columns as c

revision = "0001"
down_revision = None


def upgrade() -> None:
    c.table(
        "actions",
        id=c.key(),
        at=c.MOMENT,
        by=c.INT,
        kind=sa.String(20),
        details=c.JSON,
        count=c.INT,
        undone_at=c.maybe(c.MOMENT),
        undone_by=c.maybe(c.INT),
    )
    c.table("attempts", sa.Index(None, "key", "at"), id=c.key(), key=sa.String(200), at=c.MOMENT)
    c.table(
        "audit",
        id=c.key(),
        at=sa.Column(c.MOMENT, nullable=False, index=True),
        person_id=c.INT,
        person=sa.String(100),
        action=sa.String(40),
        subject=c.TEXT,
        details=c.JSON,
        address=sa.String(64),
    )
    c.table(
        "entries",
        sa.UniqueConstraint("owner_id", "hash"),
        id=c.key(),
        owner_id=c.INT,
        hash=sa.String(64),
        bytes=c.BIG,
        media_type=sa.String(40),
        width=c.maybe(c.INT),
        height=c.maybe(c.INT),
        taken_at=c.maybe(c.MOMENT),
        latitude=c.maybe(c.FLOAT),
        longitude=c.maybe(c.FLOAT),
        camera=c.maybe(sa.String(200)),
        added_at=c.MOMENT,
        added_by=c.INT,
        shared=c.BOOL,
        deleted_at=c.maybe(c.MOMENT),
        name=sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
        search_text=c.TEXT,
        sources=c.INT,
        look=c.maybe(c.BIG),
        state=sa.String(10),
        problem=c.maybe(c.JSON),
        label=c.maybe(sa.String(100)),
        model_label=c.maybe(sa.String(100)),
        confidence=c.maybe(c.FLOAT),
        margin=c.maybe(c.FLOAT),
        novelty=c.maybe(c.FLOAT),
        known=c.maybe(c.BOOL),
        probabilities=c.maybe(c.JSON),
        model_hash=c.maybe(sa.String(64)),
        classified_at=c.maybe(c.MOMENT),
        corrected_label=c.maybe(sa.String(100)),
        corrected_at=c.maybe(c.MOMENT),
        corrected_by=c.maybe(c.INT),
        review_score=c.maybe(c.FLOAT),
        review_reason=c.maybe(sa.String(20)),
    )
    asked = (
        "owner_id", "shared", "deleted_at", "state", "label", "corrected_at", "sources", "confidence",
        "novelty",
    )  # fmt: skip
    # One for each sort order, with the columns of the filters.
    for name, first, *last in (
        ("entries_by_added", ["added_at", "id"], "taken_at"),
        ("entries_by_taken", ["taken_at", "id"], "added_at"),
        ("entries_by_sources_added", ["sources", "added_at", "id"]),
        ("entries_by_confidence", ["confidence", "id"]),
        ("entries_by_novelty", ["novelty", "id"]),
        ("entries_by_name", ["name", "id"]),
        ("entries_by_label_added", ["label", "added_at", "id"]),
        ("entries_by_label_confidence", ["label", "confidence", "id"]),
        ("entries_by_label_novelty", ["label", "novelty", "id"]),
    ):
        op.create_index(name, "entries", [*first, *(one for one in asked if one not in first), *last])
    for name, column in (("entries_corrected", "corrected_at"), ("entries_deleted", "deleted_at")):
        some = sa.text(f"{column} IS NOT NULL")
        columns = [column, "id", *(one for one in asked if one != column)]
        op.create_index(name, "entries", columns, sqlite_where=some, postgresql_where=some)
    for name, columns in (
        ("entries_by_model_added", ["model_hash", "added_at", "id"]),
        ("entries_by_model_taken", ["model_hash", "taken_at", "id"]),
        ("entries_by_owner_added", ["owner_id", "added_at", "id"]),
        ("entries_by_shared", ["shared", "id"]),
        ("entries_by_look", ["look"]),
        (op.f("ix_entries_hash"), ["hash"]),
        (op.f("ix_entries_review_score_id"), ["review_score", "id"]),
        (op.f("ix_entries_state_id"), ["state", "id"]),
    ):
        op.create_index(name, "entries", columns)
    c.table(
        "filings",
        id=c.key(),
        at=c.MOMENT,
        by=c.INT,
        root=c.TEXT,
        mode=sa.String(10),
        count=c.INT,
        undone_at=c.maybe(c.MOMENT),
    )
    c.table(
        "improvements",
        sa.Index(None, "state", "id"),
        id=c.key(),
        job_id=c.maybe(sa.String(64)),
        at=c.MOMENT,
        by=c.INT,
        base_hash=sa.String(64),
        options=c.JSON,
        counts=c.JSON,
        run=c.maybe(sa.String(200)),
        state=sa.String(10),
        model_hash=c.maybe(sa.String(64)),
        verdict=c.maybe(sa.String(20)),
        comparison=c.maybe(c.JSON),
        problem=c.maybe(c.JSON),
    )
    c.table(
        "jobs",
        sa.UniqueConstraint("key"),
        sa.Index(None, "kind", "id"),
        sa.Index(None, "state", "id"),
        id=c.key(sa.String(64)),
        kind=sa.String(40),
        title=c.TEXT,
        params=c.JSON,
        by=c.INT,
        key=c.maybe(sa.String(200)),
        state=sa.String(10),
        done=c.INT,
        total=c.INT,
        message=c.TEXT,
        result=c.maybe(c.JSON),
        problem=c.maybe(c.JSON),
        cancel=c.BOOL,
        created_at=c.MOMENT,
        started_at=c.maybe(c.MOMENT),
        ended_at=c.maybe(c.MOMENT),
        updated_at=sa.Column(c.MOMENT, nullable=False, index=True),
    )
    c.table(
        "live_changes",
        id=c.key(),
        at=c.MOMENT,
        model_hash=sa.String(64),
        previous_hash=c.maybe(sa.String(64)),
        by=c.INT,
        reason=sa.String(20),
    )
    c.table(
        "models",
        hash=c.key(sa.String(64)),
        name=sa.String(200),
        file=c.TEXT,
        bytes=c.BIG,
        classes=c.JSON,
        input_size=c.INT,
        accuracy=c.maybe(c.FLOAT),
        accuracy_low=c.maybe(c.FLOAT),
        accuracy_high=c.maybe(c.FLOAT),
        origin=sa.String(20),
        run=c.maybe(sa.String(200)),
        added_at=c.MOMENT,
        added_by=c.INT,
        removed_at=c.maybe(c.MOMENT),
    )
    c.table(
        "people",
        sa.UniqueConstraint("key"),
        id=c.key(c.INT),
        name=sa.String(100),
        key=sa.String(200),
        role=sa.String(20),
        password_hash=sa.String(200),
        created_at=c.MOMENT,
        password_at=c.MOMENT,
        disabled_at=c.maybe(c.MOMENT),
    )
    c.table(
        "reclassifications",
        id=c.key(),
        job_id=c.maybe(sa.String(64)),
        model_hash=sa.String(64),
        at=c.MOMENT,
        by=c.INT,
        state=sa.String(10),
        count=c.INT,
        changed=c.INT,
        action_id=c.maybe(c.ID),
    )
    c.table(
        "seen_files",
        key=c.key(sa.String(64)),
        path=c.TEXT,
        bytes=c.BIG,
        modified_ns=c.BIG,
        entry_id=c.maybe(c.ID),
        problem=c.maybe(c.TEXT),
    )
    c.table(
        "totals",
        owner_id=c.key(c.INT),
        shared=c.key(c.BOOL),
        deleted=c.key(c.BOOL),
        corrected=c.key(c.BOOL),
        state=c.key(sa.String(10)),
        labelled=c.key(c.BOOL),
        label=c.key(sa.String(100)),
        model_hash=c.key(sa.String(64)),
        sources=c.key(c.INT),
        count=c.BIG,
    )
    c.table(
        "watches",
        id=c.key(),
        path=c.TEXT,
        owner_id=c.INT,
        shared=c.BOOL,
        added_at=c.MOMENT,
        poll=c.BOOL,
        stopped_at=c.maybe(c.MOMENT),
        looked_at=c.maybe(c.MOMENT),
        problem=c.maybe(c.TEXT),
    )
    c.table(
        "changes",
        action_id=c.key(c.ID, c.to("actions.id")),
        entry_id=c.key(index=True),
        before=c.JSON,
        after=c.JSON,
    )
    c.table(
        "embeddings",
        entry_id=c.key(c.ID, c.to("entries.id")),
        model_hash=sa.Column(sa.String(64), nullable=False, index=True),
        vector=c.BYTES,
    )
    c.table(
        "filed",
        filing_id=c.key(c.ID, c.to("filings.id")),
        number=c.key(c.INT),
        entry_id=c.ID,
        how=sa.String(10),
        origin=c.TEXT,
        target=c.TEXT,
        content=c.maybe(sa.String(64)),
        before=c.maybe(c.BYTES),
        state=sa.String(10),
        problem=c.maybe(c.TEXT),
    )
    c.table(
        "names",
        sa.UniqueConstraint("entry_id", "key"),
        sa.Index(None, "source", "entry_id"),
        id=c.key(),
        entry_id=sa.Column(c.ID, c.to("entries.id"), nullable=False),
        key=sa.String(64),
        name=sa.String(255),
        source=sa.String(20),
        path=c.TEXT,
        added_at=c.MOMENT,
        added_by=c.INT,
    )
    c.table(
        "proposals",
        sa.Index(None, "reclassification_id", "changed", "entry_id"),
        reclassification_id=c.key(c.ID, c.to("reclassifications.id")),
        entry_id=c.key(),
        changed=c.BOOL,
        old_label=c.maybe(sa.String(100)),
        label=sa.String(100),
        model_label=sa.String(100),
        confidence=c.FLOAT,
        margin=c.FLOAT,
        novelty=c.FLOAT,
        known=c.BOOL,
        probabilities=c.JSON,
        vector=c.maybe(c.BYTES),
    )
    c.table(
        "sessions",
        hash=c.key(sa.String(64)),
        person_id=sa.Column(c.INT, c.to("people.id"), nullable=False, index=True),
        created_at=c.MOMENT,
        used_at=c.MOMENT,
        expires_at=c.MOMENT,
        address=sa.String(64),
        agent=sa.String(200),
    )
    c.table(
        "tokens",
        sa.UniqueConstraint("hash"),
        id=c.key(c.INT),
        person_id=sa.Column(c.INT, c.to("people.id"), nullable=False, index=True),
        name=sa.String(100),
        hash=sa.String(64),
        role=sa.String(20),
        created_at=c.MOMENT,
        expires_at=c.maybe(c.MOMENT),
        used_at=c.maybe(c.MOMENT),
        revoked_at=c.maybe(c.MOMENT),
    )
