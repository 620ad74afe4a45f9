"""The table of rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, false
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, BigId, Moment


class RuleRow(Base):
    """When there is a message, and to whom.

    conditions: as `text.to_json` gives them. destinations: numbers that the sender knows. record: whether
    a clip is recorded of what it fires for. state: what the rule remembers. told_at: when it last fired.
    """

    __tablename__ = "camera_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool]
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    destinations: Mapped[list[int]] = mapped_column(JSON)
    record: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int]
