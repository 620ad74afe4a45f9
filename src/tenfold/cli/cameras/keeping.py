"""How long a camera's events and clips are kept, as options of commands and in words. Deletes nothing."""

import math
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from tenfold.cameras.tables import CameraRow

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_LONGEST_CLASS = 100
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Limit(NamedTuple):
    """label: the class that it is for; None: the camera. value: None: the class has no limit of its own."""

    label: str | None
    value: float | None


def options(command: _Command) -> _Command:
    """`--keep-days` and `--keep-size`: each a limit of the camera, `7`, or of a class, `person=1`."""
    days = click.option(
        "--keep-days",
        callback=_days,
        multiple=True,
        metavar="DAYS",
        help="How long all is kept: 7; of a class: person=1.",
    )
    size = click.option(
        "--keep-size",
        callback=_sizes,
        multiple=True,
        metavar="SIZE",
        help="How much clips may take: 20GB; of a class: person=2GB.",
    )
    return days(size(command))


def _days(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> tuple[Limit, ...]:
    from tenfold.cameras.cameras import MOST_DAYS

    def read(text: str) -> float | None:
        days = _number(text)
        return days if days is not None and 0 < days <= MOST_DAYS else None

    cure = f"Give days, above 0 and at most {MOST_DAYS:g}: 7, or person=1 for a class."
    return tuple(_limit(text, read, cure) for text in texts)


def _sizes(ctx: click.Context, param: click.Parameter, texts: Sequence[str]) -> tuple[Limit, ...]:
    from tenfold.cameras.cameras import MOST_BYTES

    def read(text: str) -> float | None:
        found = re.fullmatch(r"(.*?)\s*([KMGT]?B)?", text, re.IGNORECASE)
        number = _number(found[1]) if found else None
        # A number without a unit would be bytes to one and gigabytes to another; 0 is the same in all.
        if found is None or number is None or not (found[2] or number == 0):
            return None
        size = round(number * _UNITS[(found[2] or "B").upper()])
        return size if 0 <= size <= MOST_BYTES else None

    cure = f"Give a size with its unit, at most {_in_units(MOST_BYTES)}: 20GB, or person=2GB; 0 is no limit."
    return tuple(_limit(text, read, cure) for text in texts)


def _limit(text: str, read: Callable[[str], float | None], cure: str) -> Limit:
    """`person=` takes the limit of the class back."""
    label, equals, value = (part.strip() for part in text.rpartition("="))
    if len(label) > _LONGEST_CLASS or not label.isprintable():
        raise click.BadParameter(f"{label[:_LONGEST_CLASS]!r} is no name of a class.")
    if equals and not value:
        return Limit(label, None)
    found = read(value)
    if found is None:
        raise click.BadParameter(f"{text[:_LONGEST_CLASS]!r} is no limit. {cure}")
    return Limit(label if equals else None, found)


def columns(
    days: Sequence[Limit], sizes: Sequence[Limit], before: "CameraRow | None" = None
) -> dict[str, Any]:
    """The columns of a camera that limits change; of its classes, those that are not named stay."""
    values: dict[str, Any] = {}
    for column, limits in (("keep_days", days), ("keep_bytes", sizes)):
        by_class = dict(getattr(before, f"{column}_of")) if before else {}
        for label, value in limits:
            if label is None:
                values[column] = value
                continue
            by_class.pop(label, None)
            if value:
                by_class[label] = value
            values[f"{column}_of"] = by_class
    return values


def words(row: "CameraRow") -> str:
    """`kept 3 days, at most 20 GB; person 1 day`: how long, and how much the clips may take."""
    said = [_words(row.keep_days, row.keep_bytes)]
    for label in sorted({*row.keep_days_of, *row.keep_bytes_of}):
        limits = _words(row.keep_days_of.get(label), row.keep_bytes_of.get(label, 0))
        said.append(f"{label or 'none of the classes'} {limits}")
    return f"kept {'; '.join(said)}"


def _words(days: float | None, size: int) -> str:
    age = [] if days is None else [f"{days:g} {'day' if days == 1 else 'days'}"]
    return ", ".join([*age, *([f"at most {_in_units(size)}"] if size else [])])


def _in_units(size: int) -> str:
    unit = max((one for one in _UNITS if _UNITS[one] <= size), key=_UNITS.__getitem__)
    return f"{size / _UNITS[unit]:.4g} {unit}"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
