"""Counts a station's verdicts and alarms since it started, for displays. Knows no trail and no plant."""

from collections import Counter
from statistics import quantiles
from typing import Any

from tenfold.line.parts import CODES
from tenfold.line.plc.signals import OutputHealth, Outputs, PartResult

ALARM_NAMES = {code: reason for reason, code in CODES.items() if code}
# The number of parts whose times are kept.
_TIMED = 1_000


class Figures:
    """An output that counts verdicts and alarms. last: the last state. result: the last verdict."""

    def __init__(self) -> None:
        self.last = Outputs()
        self.result: PartResult | None = None
        self._verdicts: Counter[str] = Counter()
        self._alarms: Counter[str] = Counter()
        # Seconds from the trigger to the first verdict on a part.
        self._seconds: dict[int, float] = {}

    def fire(self, result: PartResult) -> None:
        self.result = result
        self._verdicts[result.verdict] += 1
        if result.triggered is not None and result.part not in self._seconds:
            self._seconds[result.part] = (result.decided - result.triggered).total_seconds()
            if len(self._seconds) > _TIMED:
                del self._seconds[next(iter(self._seconds))]

    def state(self, outputs: Outputs) -> None:
        if outputs.alarm and outputs.alarm != self.last.alarm:
            self._alarms[ALARM_NAMES[outputs.alarm]] += 1
        self.last = outputs

    def health(self) -> OutputHealth:
        return OutputHealth()

    def close(self) -> None:
        """See `SignalOutput`."""

    def status(self) -> dict[str, Any]:
        """As plain values: verdicts and alarms told, by name; the middle and the 99th percentile of the
        seconds to a verdict, empty before two parts."""
        seconds = list(self._seconds.values())
        found = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else []
        return {
            "verdicts": dict(self._verdicts),
            "alarms": dict(self._alarms),
            "verdict_seconds": [round(found[49], 4), round(found[98], 4)] if found else [],
        }
