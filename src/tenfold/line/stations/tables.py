"""The tables of stations and recipes. They know how data are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, BigId, Moment
from tenfold.database.base import one_present
from tenfold.database.claims import Claimed


class RecipeRow(Base):
    """A recipe: a product that a line makes, whose versions say what passes.

    number: as the plant knows it. barcode: what a scanner reads off the product or its order; "": none.
    """

    __tablename__ = "line_recipes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    number: Mapped[int]
    barcode: Mapped[str] = mapped_column(String(100), default="")
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int]
    removed_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (one_present("line_recipes_by_number", "number"),)


class RecipeVersionRow(Base):
    """What a recipe passes, as it was at one time; a version never changes, it is approved or not.

    regions: `{"name", "box", "accepts", "grid", "count"}` (`line.recipe.Region`). none_of_these, unsure:
    reject or divert. deadline: seconds; NULL: the station's. model_hash: the model that answers. proof: what
    it would have done with recorded parts (`workflows.line.prove`), at which station and when; NULL: not
    proven.
    """

    __tablename__ = "line_recipe_versions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipe_id: Mapped[int] = mapped_column(BigId, ForeignKey("line_recipes.id", ondelete="CASCADE"))
    version: Mapped[int]
    model_hash: Mapped[str] = mapped_column(String(64))
    regions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    least: Mapped[float]
    none_of_these: Mapped[str] = mapped_column(String(10))
    unsure: Mapped[str] = mapped_column(String(10))
    deadline: Mapped[float | None]
    note: Mapped[str] = mapped_column(Text, default="")
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int]
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by: Mapped[int | None]
    proof: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (UniqueConstraint("recipe_id", "version"),)


class OrderRow(Base):
    """A request to a running station from another process: delivered once, then deleted.

    body: as `workflows.line.process` takes it. taken_at: when it was told. refused: why it was not done;
    "": it was; NULL: the station has not answered.
    """

    __tablename__ = "line_orders"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    station_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("line_stations.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    refused: Mapped[str | None] = mapped_column(Text)


class StationRow(Claimed, Base):
    """A station of a line.

    kind, target, login, password: the camera's address (`cameras.address`); target may hold secrets, and is
    not to be shown. Of a camera of the list kind is camera, and target its number. snapshot: the camera is
    asked for a picture of each part, instead of watched. plant,
    outputs: `line.plc.wiring`; they may hold passwords. broker: an MQTT broker, which is told by Sparkplug.
    trigger, gate, challenge: `line.stations.wiring`. region: left, top, width and height in parts of
    the picture. locate: the part is found in the region by the colour of the belt; else the region is the
    part. deadline: seconds from the trigger to the release. picture_within: seconds from the trigger to the
    picture. recipe_id: what is made now, where the plant does not say. first_parts: so many after a change of
    recipe are judged and not released until somebody approves; 0: none. changed_at: a change after which the
    station starts again.
    """

    __tablename__ = "line_stations"

    kind: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(Text)
    user: Mapped[str] = mapped_column("login", Text, default="")
    password: Mapped[str] = mapped_column(Text, default="")
    snapshot: Mapped[bool]
    plant: Mapped[dict[str, Any]] = mapped_column(JSON)
    trigger: Mapped[dict[str, Any]] = mapped_column("trigger_by", JSON)
    gate: Mapped[dict[str, Any]] = mapped_column(JSON)
    broker: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    outputs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    region: Mapped[list[float]] = mapped_column(JSON)
    locate: Mapped[bool]
    deadline: Mapped[float]
    picture_within: Mapped[float]
    recipe_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("line_recipes.id", ondelete="SET NULL"), index=True
    )
    first_parts: Mapped[int]
    challenge: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (one_present("line_stations_by_name", "name"),)
