"""What counts before a camera that a server watches, as options of commands and in words. Watches nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tenfold.cameras.tables import CameraRow

_Command = TypeVar("_Command", bound=Callable[..., Any])


def options(command: _Command) -> _Command:
    """`--min-size` and `--fixed`, each None where it is not given."""
    size = click.option(
        "--min-size",
        type=click.FloatRange(0, 100, max_open=True),
        metavar="PERCENT",
        help="Ignore what is smaller than this share of the picture.",
    )
    fixed = click.option(
        "--fixed/--not-fixed",
        default=None,
        help="It does not move, whatever passes in front of it.",
    )
    return size(fixed(command))


def columns(min_size: float | None, fixed: bool | None) -> dict[str, Any]:
    """The columns of a camera that the options set."""
    size = {} if min_size is None else {"smallest": min_size / 100}
    return size if fixed is None else {**size, "fixed": fixed}


def words(row: "CameraRow") -> str:
    """`passes over what is smaller than 0.06 % of the picture; stands still, whatever passes before it`."""
    size = f"passes over what is smaller than {100 * row.smallest:.3g} % of the picture"
    return f"{size}; stands still, whatever passes before it" if row.fixed else size
