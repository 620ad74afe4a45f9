"""Text for a terminal: safe to print, aligned, and a line that shows progress. Knows nothing of pictures."""

import json
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

import click

_BAR = 24
_SECONDS_BETWEEN = 0.1


def printable(text: str) -> str:
    """Text without control characters, text direction marks and broken characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def say(text: str, *, err: bool = False) -> None:
    """Print a line, made printable."""
    click.echo(printable(text), err=err)


def width(text: str) -> int:
    """How many columns printable text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def padded(text: str, columns: int) -> str:
    """Printable text filled with spaces to a number of columns."""
    return text + " " * (columns - width(text))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell."""
    clean = [[printable(cell) for cell in row] for row in rows]
    columns = [max(width(row[i]) for row in clean) for i in range(len(clean[0]))]
    return "\n".join(
        "  ".join(padded(cell, wide) for cell, wide in zip(row, columns, strict=True)).rstrip()
        for row in clean
    )


def fields(source: object, *names: str) -> dict[str, Any]:
    """Attributes of an object as JSON takes them: moments as ISO 8601 has them."""
    values = {name: getattr(source, name) for name in names}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()}


def print_list(
    found: Sequence[Mapping[str, Any]],
    head: Sequence[str],
    cells: Callable[[Mapping[str, Any]], Sequence[str]],
    *,
    as_json: bool,
    nothing: str,
) -> None:
    """Print facts as a table or one JSON object a line.

    Args:
        head: the names of the table's columns.
        cells: gives a row of the table.
        nothing: what is said where there are no facts, instead of an empty table.
    """
    if as_json:
        for facts in found:
            click.echo(json.dumps(facts))
    else:
        print_table(head, [cells(one) for one in found], nothing)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> None:
    """Print rows under their heads; `nothing` where there are none."""
    click.echo(table([head, *rows]) if rows else nothing)


class Progress:
    """A line on a terminal that says how far a long work is; nothing where there is no terminal.

    Used as a context manager, which takes the line away at the end.

    Args:
        stream: where to draw.
        what: what is counted: "pictures".
        scale: how many of the counted make one of `what` (1e6 for MB of bytes).
    """

    def __init__(self, stream: TextIO, what: str, *, scale: float = 1) -> None:
        self._stream, self._what, self._scale = stream, what, scale
        self._active = stream.isatty()
        self._started = time.monotonic()
        self._drawn, self._visible = 0.0, False
        self._first: float | None = None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *ended: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._visible:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._visible = False

    def show(self, done: float, total: float | None) -> None:
        """Draw how far it is; `total` None where nobody knows."""
        now = time.monotonic()
        if self._first is None:
            self._first = done  # what was there before, of a fetch that goes on
        if self._active and now - self._drawn >= _SECONDS_BETWEEN:
            self._stream.write("\r" + self._line(done, total, now - self._started) + "\x1b[K")
            self._stream.flush()
            self._drawn, self._visible = now, True

    def _line(self, done: float, total: float | None, seconds: float) -> str:
        rate = (done - (self._first or 0)) / max(seconds, 1e-9)
        digits = 0 if self._scale == 1 else 1
        speed = f"{rate / self._scale:,.{digits}f} {self._what}/s"
        if not total:
            return f"{done / self._scale:,.{digits}f} {self._what}  {speed}"
        filled = min(_BAR, int(_BAR * done / total))
        left = f"  {_clock((total - done) / rate)} left" if rate else ""
        return (
            f"[{'=' * filled}{' ' * (_BAR - filled)}] {done / self._scale:,.{digits}f} of "
            f"{total / self._scale:,.{digits}f} {self._what}  {speed}{left}"
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
