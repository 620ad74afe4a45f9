"""Stations and recipes of a production line"""

import sqlalchemy as sa

from tenfold.database.migrations import columns as c

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    c.table(
        "line_recipes",
        c.one_present("line_recipes_by_number", "number"),
        id=c.key(),
        name=sa.String(100),
        number=c.INT,
        barcode=sa.String(100),
        added_at=c.MOMENT,
        added_by=c.INT,
        removed_at=c.maybe(c.MOMENT),
    )
    c.table(
        "line_recipe_versions",
        sa.UniqueConstraint("recipe_id", "version"),
        id=c.key(),
        recipe_id=sa.Column(c.ID, c.to("line_recipes.id"), nullable=False),
        version=c.INT,
        model_hash=sa.String(64),
        regions=c.JSON,
        least=c.FLOAT,
        strangers=sa.String(10),
        unsure=sa.String(10),
        deadline=c.maybe(c.FLOAT),
        note=c.TEXT,
        added_at=c.MOMENT,
        added_by=c.INT,
        approved_at=c.maybe(c.MOMENT),
        approved_by=c.maybe(c.INT),
    )
    c.table(
        "line_stations",
        c.one_present("line_stations_by_name", "name"),
        id=c.key(),
        name=sa.String(100),
        kind=sa.String(10),
        target=c.TEXT,
        login=c.TEXT,
        password=c.TEXT,
        snapshot=c.BOOL,
        plant=c.JSON,
        trigger_by=c.JSON,
        gate=c.JSON,
        broker=c.maybe(c.JSON_OR_NULL),
        region=c.JSON,
        locate=c.BOOL,
        deadline=c.FLOAT,
        picture_within=c.FLOAT,
        recipe_id=c.maybe(c.ID, c.to("line_recipes.id", "SET NULL"), index=True),
        first_parts=c.INT,
        challenge=c.maybe(c.JSON_OR_NULL),
        added_at=c.MOMENT,
        added_by=c.INT,
        changed_at=c.MOMENT,
        paused_at=c.maybe(c.MOMENT),
        removed_at=c.maybe(c.MOMENT),
        worker=c.maybe(sa.String(120)),
        status=c.maybe(c.JSON_OR_NULL),
        status_at=c.maybe(c.MOMENT),
    )
