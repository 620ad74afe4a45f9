"""Shows a training as it runs: a row for each epoch, and on a terminal a progress line and a curve.

Draws what a run reports (runs/progress.py); trains nothing. Where the output is no terminal, or a terminal
without a movable cursor, only the rows are printed, in full.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from tenfold.cli.terminal.sparkline import sparkline
from tenfold.runs.progress import TrainingProgress, clock

_SECONDS_BETWEEN = 0.1
_BAR = 20
_SHORTEST_CURVE, _LONGEST_CURVE = 12, 60
_GAP = "  "
_BOLD, _DIM, _GREEN, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[0m"


@dataclass(frozen=True)
class _Column:
    """group: the heading above; wanted: columns with the least go first where the terminal is narrow."""

    group: str
    name: str
    width: int
    wanted: int
    text: Callable[[TrainingProgress], str]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


_COLUMNS = (
    _Column("", "epoch", 9, 12, lambda p: f"{p.epoch}/{p.epochs}"),
    _Column("", "side", 4, 3, lambda p: str(p.side)),
    _Column("", "rate", 8, 4, lambda p: f"{p.rate:.3g}"),
    _Column("training", "loss", 6, 8, lambda p: _number(p.loss)),
    _Column("training", "accuracy", 8, 10, lambda p: _share(p.accuracy)),
    _Column("validation", "loss", 6, 9, lambda p: _number(p.validation_loss)),
    _Column("validation", "accuracy", 8, 11, lambda p: _share(p.validation_accuracy)),
    _Column("validation", "precision", 9, 1, lambda p: _share(p.validation_precision)),
    _Column("validation", "recall", 7, 2, lambda p: _share(p.validation_recall)),
    _Column("", "pictures/s", 10, 5, lambda p: f"{p.pictures_per_second:,.0f}"),
    _Column("", "spent", 8, 6, lambda p: clock(p.seconds)),
    _Column("", "left", 8, 7, lambda p: clock(p.seconds_left)),
)


class LiveTable:
    """The table of a run that trains.

    Args:
        stream: where to draw; None is the standard output.
        earlier: validation accuracies of the epochs before, of a run that goes on: the curve starts there.
    """

    def __init__(self, stream: TextIO | None = None, *, earlier: Sequence[float] = ()) -> None:
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        # https://no-color.org: set to anything but nothing
        self._colours = self._live and not os.environ.get("NO_COLOR")
        self._curve = list(earlier)
        self._headed = False
        self._below = 0  # lines that stand below the table and are drawn over
        self._drawn = 0.0
        self._epoch = 0  # the number of the curve's last epoch

    def show(self, progress: TrainingProgress) -> None:
        """Draw a report: a row at an epoch's end, the moving line within it."""
        if progress.validation_accuracy is not None:
            self._finish(progress, progress.validation_accuracy)
        elif self._live and time.monotonic() - self._drawn >= _SECONDS_BETWEEN:
            self._draw([self._within(progress), *self._curve_line()])
            self._drawn = time.monotonic()

    def end(self) -> None:
        """Leave the table: the moving line goes, the curve stays."""
        if self._below:
            curve = self._curve_line()
            self._draw([*curve, ""] if curve else [])
            self._below = 0

    def _finish(self, progress: TrainingProgress, accuracy: float) -> None:
        best = accuracy > max(self._curve, default=-1.0)
        self._curve.append(accuracy)
        self._epoch = progress.epoch
        self._draw([])
        columns = self._columns()
        if not self._headed:
            self._headed = True
            for line in _heading(columns):
                self._print(self._coloured(line, _DIM))
        cells = [column.text(progress).rjust(column.width) for column in columns]
        if best:
            place = next(i for i, c in enumerate(columns) if (c.group, c.name) == ("validation", "accuracy"))
            cells[place] = self._coloured(cells[place], _BOLD + _GREEN)
        self._print(_GAP.join(cells))
        if self._live:
            self._draw(self._curve_line())

    def _columns(self) -> list[_Column]:
        """Those that fit, the least wanted left out; all where there is no terminal."""
        columns = list(_COLUMNS)
        room = self._room() if self._live else 10_000
        while sum(c.width for c in columns) + len(_GAP) * (len(columns) - 1) > room and len(columns) > 2:
            columns.remove(min(columns, key=lambda c: c.wanted))
        return columns

    def _room(self) -> int:
        # One less: some terminals break a line that is exactly full.
        return max(20, shutil.get_terminal_size().columns - 1)

    def _within(self, p: TrainingProgress) -> str:
        filled = _BAR * p.step // max(p.steps, 1)
        line = f"{f'{p.epoch}/{p.epochs}':>9}"
        for part in (
            f"[{'=' * filled}{' ' * (_BAR - filled)}] {p.step}/{p.steps}",
            f"{clock(p.seconds_left)} left",
            _share(p.accuracy),
            f"loss {p.loss:.3f}",
            f"{p.pictures_per_second:,.0f} pictures/s",
        ):
            if len(line) + len(_GAP) + len(part) > self._room():
                break
            line += _GAP + part
        return line

    def _curve_line(self) -> list[str]:
        if len(self._curve) < 2:
            return []
        best = max(range(len(self._curve)), key=lambda i: self._curve[i])
        epoch = self._epoch - (len(self._curve) - 1 - best)
        # An earlier part of the run may have come without its epochs.
        words = f"{_GAP}best {self._curve[best]:.2%}" + (f" in epoch {epoch}" if epoch > 0 else "")
        before = "validation accuracy "
        if len(before) + len(words) + _SHORTEST_CURVE > self._room():
            before = ""
        room = min(_LONGEST_CURVE, self._room() - len(before) - len(words))
        curve = sparkline(self._curve, max(1, room), self._stream.encoding)
        return [f"{before}{self._coloured(curve, _GREEN)}{words}"]

    def _draw(self, lines: list[str]) -> None:
        """Put these lines below the table, in the place of those that stand there."""
        if self._below:
            up = f"\x1b[{self._below - 1}A" if self._below > 1 else ""
            self._stream.write(f"\r{up}\x1b[J")
        self._stream.write("\n".join(lines))
        self._stream.flush()
        self._below = len(lines)

    def _print(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    def _coloured(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._colours else text


def _heading(columns: Sequence[_Column]) -> list[str]:
    """Two lines: the groups over their columns, and the names."""
    groups, start = "", 0
    while start < len(columns):
        end = start + 1
        while end < len(columns) and columns[end].group == columns[start].group:
            end += 1
        wide = sum(c.width for c in columns[start:end]) + len(_GAP) * (end - start - 1)
        name = columns[start].group
        groups += (f" {name} ".center(wide, "-") if name else " " * wide) + _GAP
        start = end
    return [groups.rstrip(), _GAP.join(c.name.rjust(c.width) for c in columns)]
