"""Cameras, their events and clips"""

import sqlalchemy as sa

from tenfold.database.migrations import columns as c

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    c.table(
        "camera_deletions",
        id=c.key(),
        at=c.MOMENT,
        camera_id=sa.Column(c.ID, nullable=False, index=True),
        reason=sa.String(10),
        clips=c.INT,
        bytes=c.BIG,
        oldest_at=c.MOMENT,
        newest_at=c.MOMENT,
    )
    c.table(
        "cameras",
        c.one_present("cameras_by_name", "name"),
        id=c.key(),
        name=sa.String(100),
        kind=sa.String(10),
        target=c.TEXT,
        login=c.TEXT,
        password=c.TEXT,
        zones=c.JSON,
        masks=c.JSON,
        fixed=c.BOOL,
        smallest=c.FLOAT,
        recording=sa.String(10),
        seconds_before=c.FLOAT,
        seconds_after=c.FLOAT,
        keep_days=c.FLOAT,
        keep_days_of=c.JSON,
        keep_bytes=c.BIG,
        added_at=c.MOMENT,
        added_by=c.INT,
        changed_at=c.MOMENT,
        paused_at=c.maybe(c.MOMENT),
        removed_at=c.maybe(c.MOMENT),
        worker=c.maybe(sa.String(120)),
        status=c.maybe(c.JSON_OR_NULL),
        status_at=c.maybe(c.MOMENT),
    )
    c.table(
        "camera_clips",
        sa.UniqueConstraint("file"),
        sa.Index(None, "camera_id", "started_at"),
        id=c.key(),
        camera_id=sa.Column(c.ID, c.to("cameras.id"), nullable=False),
        kind=sa.String(10),
        state=sa.String(10),
        file=sa.String(200),
        started_at=sa.Column(c.MOMENT, nullable=False, index=True),
        ended_at=c.MOMENT,
        bytes=c.BIG,
    )
    c.table(
        "camera_events",
        sa.Index(None, "camera_id", "started_at"),
        sa.Index(None, "started_at", "id"),
        sa.Index(None, "state", "id"),
        id=c.key(),
        camera_id=sa.Column(c.ID, c.to("cameras.id"), nullable=False),
        state=sa.String(10),
        started_at=c.MOMENT,
        ended_at=c.MOMENT,
        track=c.INT,
        label=sa.String(100),
        confidence=c.FLOAT,
        corrected_label=c.maybe(sa.String(100)),
        zones=c.JSON,
        box=c.JSON,
        width=c.INT,
        height=c.INT,
        path=c.JSON,
        model_hash=c.maybe(sa.String(64)),
        crop=c.maybe(sa.String(80)),
        clip_id=c.maybe(c.ID, c.to("camera_clips.id", "SET NULL"), index=True),
        entry_id=c.maybe(c.ID, index=True),
        acknowledged_at=c.maybe(c.MOMENT),
        acknowledged_by=c.maybe(c.INT),
    )
    c.table("camera_event_zones", event_id=c.key(c.ID, c.to("camera_events.id")), zone=c.key(sa.String(100)))
