"""The rules of one `tenfold watch`: which of them fire for an event. Sends nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tenfold.errors import UsageError

if TYPE_CHECKING:
    from tenfold.cameras.rules.evaluate import Rule
    from tenfold.cameras.watching import Event
    from tenfold.cameras.zones import Zone


class WatchRules:
    """Rules as they were given: NAME: CONDITIONS, or conditions alone, which are then the name too.

    Args:
        size: the source's width and height in pixels.

    Raises:
        UsageError: a rule cannot be read, or two have the same name.
    """

    def __init__(self, texts: Sequence[str], zones: Sequence["Zone"], size: tuple[int, int]) -> None:
        from tenfold.cameras.rules.evaluate import RuleState
        from tenfold.cameras.rules.text import parse

        self._outlines = {zone.name: zone.corners for zone in zones}
        self._size = size
        self._rules: dict[str, Rule] = {}
        for text in texts:
            name, colon, conditions = text.partition(": ")
            if name in self._rules:
                raise UsageError(f"The rule {name!r}", "is given twice", cure="Give it another name.")
            self._rules[name] = parse(conditions if colon else text)
        self._states = dict.fromkeys(self._rules, RuleState())

    def __bool__(self) -> bool:
        return bool(self._rules)

    def fired(self, event: "Event") -> list[str]:
        """The names of the rules that fire for an event that is over."""
        from tenfold.cameras.rules.evaluate import Sighting, evaluate

        width, height = self._size
        seen = Sighting(
            event.track,
            0,
            datetime.fromtimestamp(event.start, UTC),
            datetime.fromtimestamp(event.end, UTC),
            event.label,
            event.confidence,
            event.zones,
            tuple(
                (moment - event.start, box.foot[0] / width, box.foot[1] / height)
                for moment, box in event.path
            ),
            self._outlines,
        )
        names = []
        for name, rule in self._rules.items():
            refusal, self._states[name] = evaluate(rule, seen, self._states[name], datetime.astimezone)
            if not refusal:
                names.append(name)
        return names
