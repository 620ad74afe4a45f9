"""Command-line options that filter entries of the catalogue. Finds nothing."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.catalogue.entries.filters import Filters

_SHARE = click.FloatRange(0, 1)
_OPTIONS = (
    click.option(
        "--class", "labels", multiple=True, metavar="NAME", help="Only this class; may be repeated."
    ),
    click.option("--none", is_flag=True, help="Only what is none of the classes (or also, beside --class)."),
    click.option(
        "--corrected/--not-corrected",
        default=None,
        help="Only what a person corrected or confirmed, or only the rest.",
    ),
    click.option("--confidence-from", type=_SHARE, metavar="SHARE", help="Only from this confidence on."),
    click.option("--confidence-to", type=_SHARE, metavar="SHARE", help="Only up to this confidence."),
    click.option("--name", default="", metavar="PART", help="Only names that contain this."),
    click.option("--text", default="", metavar="WORDS", help="Only where each word is in the names."),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; it takes them as `**which`, for `chosen`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_labels(app: App, labels: Iterable[str], cure: str = "") -> None:
    """Raise UsageError for a class that no model here knows and nothing is filed under."""
    from tenfold.catalogue.entries import labels as classes

    known = classes.in_use(app.database).union(*(one.classes for one in app.registry.list()))
    classes.check(labels, known, cure)


def chosen(app: App, which: dict[str, Any], *, deleted: bool = False) -> "Filters":
    """The filters that the options say. Whoever has the machine sees everybody's entries."""
    from tenfold.catalogue.entries.filters import Filters

    if which["labels"]:
        check_labels(app, which["labels"])
    return Filters(
        administrator=True,
        labels=(*which["labels"], *(("",) if which["none"] else ())),
        corrected=which["corrected"],
        confidence_from=which["confidence_from"],
        confidence_to=which["confidence_to"],
        name=which["name"],
        text=which["text"],
        deleted=deleted,
    )
