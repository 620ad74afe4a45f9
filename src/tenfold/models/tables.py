"""The tables of models, of which one was live when, and of attempts to improve on it."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, BigId, Moment


class RegisteredModel(Base):
    """A model file that can go live. file: its name in the folder of models, or "bundled".

    origin: bundled, file, run, corrections or taught. caveats: what a reader has to know beside the accuracy.
    embedding_hash: the model whose embeddings it has; None: its own.
    """

    __tablename__ = "models"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    classes: Mapped[list[str]] = mapped_column(JSON)
    input_size: Mapped[int]
    accuracy: Mapped[float | None]
    accuracy_low: Mapped[float | None]
    accuracy_high: Mapped[float | None]
    caveats: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    origin: Mapped[str] = mapped_column(String(20))
    run: Mapped[str | None] = mapped_column(String(200))
    embedding_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int]
    removed_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def file_stem(self) -> str:
        """The name as a file may have it on any system and in any blob store."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.name).strip("-._")[:100] or "model"


class LiveChange(Base):
    """A model that went live; the last one is live now. reason: start, chosen, won, insisted or rollback."""

    __tablename__ = "live_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    model_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20))


class Improvement(Base):
    """A model trained on corrections, and how it did beside the one that it started from.

    state: running, evaluated, failed or stopped. verdict: better, worse or no-difference. comparison: the
    figures.
    """

    __tablename__ = "improvements"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[int]
    base_hash: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    run: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    model_hash: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[str | None] = mapped_column(String(20))
    comparison: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (Index(None, "state", "id"),)
