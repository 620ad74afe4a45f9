"""Conditions that disturb a camera's sight and are ignored. Knows no pictures."""

from typing import Literal

Condition = Literal["rain", "light", "shaken"]

WORDS: dict[Condition, str] = {
    "rain": "It is raining: drops are ignored, and what is seen for less than a second is not reported.",
    "light": "The light has just changed: for some seconds nothing new is told.",
    "shaken": "The camera is being shaken.",
}
# Seconds for which a condition is reported after it was last noticed, so that people see it.
_SAID_SECONDS = 10.0


class SceneConditions:
    """What was noticed, and when. Written by one thread, read by any."""

    def __init__(self) -> None:
        self._last: dict[Condition, float] = {}

    def note(self, time: float, condition: Condition, there: bool) -> None:
        """Note whether a condition is present; times in seconds, like those of the frames."""
        if there:
            self._last = self._last | {condition: time}

    def at(self, time: float | None) -> list[Condition]:
        """The conditions shortly before a time."""
        last = self._last
        return [one for one, seen in last.items() if time is not None and 0 <= time - seen < _SAID_SECONDS]
