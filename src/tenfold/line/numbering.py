"""Part numbers, which never repeat in a trail, from the plant's count of triggers. Knows no protocol."""

from tenfold.line.belt import JumpingCounter, signed
from tenfold.line.trail.trail import Trail

# A plant's counter that jumped by more than this was reset, or is another plant's.
_MOST_MISSED = 10_000


class Numbering:
    """Part numbers, which never repeat in a trail, from the plant's count of triggers, which starts again."""

    def __init__(self, trail: Trail) -> None:
        start = trail.last_of("start")
        self.offset = None if start is None else int(start.body["offset"])

    def raw(self, part: int) -> int:
        """The plant's number of a part."""
        return (part - (self.offset or 0)) % (1 << 32)

    def begin(self, raw: int, last: int) -> range:
        """Start counting; returns the parts that passed the photo-eye since part `last`."""
        if self.offset is None or not 0 <= self._behind(raw, last) <= _MOST_MISSED:
            self.offset = last - raw
        return range(last + 1, last + 1 + self._behind(raw, last))

    def new(self, raw: int, last: int) -> range:
        """The parts since part `last`. Raises JumpingCounter: the plant's count was set back."""
        if self.offset is None:
            return range(0)
        behind = self._behind(raw, last)
        if not 0 <= behind <= _MOST_MISSED:
            raise JumpingCounter(behind)
        return range(last + 1, last + 1 + behind)

    def _behind(self, raw: int, last: int) -> int:
        return signed(raw + (self.offset or 0) - last)
