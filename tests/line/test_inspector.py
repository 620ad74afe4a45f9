"""One part's picture and verdict, without a station: which pictures come in time."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tenfold.line.inspector import Inspector
from tenfold.line.parts import Event, Inspect, Judged
from tenfold.line.pictures.camera import Shot
from tenfold.line.recipe import WHOLE, Region, StationRecipe
from tests.line.fakes import FakeCamera, FakeModel

RECIPE = StationRecipe("test", (Region("part", WHOLE, frozenset({"good"})),), deadline=120.0)
WITHIN = 60.0


class TimedCamera(FakeCamera):
    """Its pictures came at a time of the monotonic clock that a test says."""

    at = 0.0

    def take(self, seconds: float) -> Shot:
        return replace(super().take(seconds), at=self.at)


@pytest.mark.parametrize(("after", "reason"), [(-1.0, "good"), (1.0, "no-picture")])
def test_a_picture_is_in_time_by_when_it_came_and_not_by_when_it_was_read(after: float, reason: str) -> None:
    camera, told = TimedCamera(), list[Event]()

    def tell(event: Event, facts: Mapping[str, Any], data: bytes | None) -> None:
        told.append(event)

    inspector = Inspector(camera, FakeModel().classify, RECIPE, within=WITHIN)
    began = time.monotonic()
    camera.at = began + WITHIN + after
    inspector.put(Inspect(1, began + RECIPE.deadline))
    inspector.end()
    inspector.run(tell)
    assert [event.reason for event in told if isinstance(event, Judged)] == [reason]
