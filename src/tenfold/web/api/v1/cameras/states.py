"""The state of a camera in the API: what is wrong with it, and what disturbs its sight."""

import time
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from tenfold.cameras.conditions import Condition
from tenfold.cameras.sources.state import STALE_SECONDS
from tenfold.cameras.tables import CameraRow
from tenfold.runtime import App
from tenfold.web.problems import Problem, remembered

Phase = Literal["paused", "off", "connecting", "running", "waiting"]


class FaultAnswer(BaseModel):
    code: str = Field(description="What is wrong, for programs.")
    words: str
    at: datetime
    over: bool
    problem: Problem | None = Field(description="Of an error all about it; else null.")


class CameraStateAnswer(BaseModel):
    """The state of a camera."""

    phase: Phase = Field(description="off: no process watches it now. waiting: to be tried again.")
    last_frame_age: float | None = Field(description="Seconds since its last frame; null before the first.")
    stale: bool = Field(description="The newest picture is too old to be shown as live.")
    mode: str = Field(description="What is decoded: every frame, or fewer because the machine is busy.")
    delay: float = Field(description="Seconds by which pictures are later than they could be.")
    restarts: int
    next_try: datetime | None
    faults: list[FaultAnswer] = Field(description="What is wrong now.")
    last_fault: FaultAnswer | None
    travels: bool = Field(description="The camera itself moves.")
    conditions: list[Condition] = Field(
        description="What disturbs its picture and is ignored: rain, a sudden change of light, shaking."
    )
    width: int
    height: int
    open_events: int
    recording_problem: Problem | None = Field(description="Why nothing is recorded; null: nothing is wrong.")
    model_problem: Problem | None = Field(
        description="Why the default answers in the place of the chosen model; null: nothing is wrong."
    )


def state_of(app: App, row: CameraRow) -> CameraStateAnswer:
    """A camera's state, from this process or from the last status of the process that watches it."""
    said = app.watched_cameras.status(row) or {}
    last = said.get("last_frame")
    age = None if last is None else max(0.0, time.time() - last)
    faults = [_fault(one) for one in said.get("faults", [])]
    if fault := said.get("fault"):  # of what watches it, not of the camera
        problem, at = remembered(fault), fault["at"]
        faults.append(
            FaultAnswer(code=problem.code, words=problem.detail, at=at, over=False, problem=problem)
        )
    return CameraStateAnswer(
        phase="paused" if row.paused_at else said.get("phase", "off"),
        last_frame_age=None if age is None else round(age, 2),
        stale=age is None or age > STALE_SECONDS,
        mode=said.get("mode", ""),
        delay=said.get("delay", 0.0),
        restarts=said.get("restarts", 0),
        next_try=_moment(said.get("next_try")),
        faults=faults,
        last_fault=_fault(said["last_fault"]) if said.get("last_fault") else None,
        travels=said.get("travels", False),
        conditions=said.get("conditions", []),
        width=said.get("width", 0),
        height=said.get("height", 0),
        open_events=said.get("open_events", 0),
        recording_problem=remembered(said.get("recording_problem")),
        model_problem=remembered(said.get("model_problem")),
    )


def _fault(said: dict[str, Any]) -> FaultAnswer:
    at = datetime.fromtimestamp(said["time"], UTC)
    return FaultAnswer(code=said["code"], words=said["words"], at=at, over=said["over"], problem=None)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
