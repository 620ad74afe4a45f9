"""From sections to one HTML page that needs nothing else. Measures nothing."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from tenfold.evaluation import html
from tenfold.evaluation.report.section import Section

NO_BREAK = "\N{NO-BREAK SPACE}"


def render(head: dict[str, Any], sections: Sequence[Section], absent: Sequence[str]) -> str:
    """The page.

    Args:
        head: what stands at the top and the bottom; see `page.html`.
        sections: in the order of the page; those of the confusion matrix bring the pictures of their cells.
        absent: what is not in this report and how to get it, each a sentence.
    """
    templates = environment()
    cells = {key: value for s in sections for key, value in s.shown.get("cells", {}).items()}
    return templates.get_template("page.html").render(
        head=head,
        sections=sections,
        absent=absent,
        cells=cells,
        **html.inlined(templates, ["report.css", "charts.css"], "report.js"),
    )


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage; one that only rounds to everything or nothing says so."""
    # The space before the sign may not break.
    written = f"{share * 100:.{digits}f}"
    if share < 1 and float(written) == 100:
        return f"> {100 - 10**-digits:.{digits}f}{NO_BREAK}%"
    if share > 0 and float(written) == 0:
        return f"< {10**-digits:.{digits}f}{NO_BREAK}%"
    return f"{written}{NO_BREAK}%"


def count(number: float) -> str:
    """A number with its thousands apart."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,.10g}"


@cache  # compiling the templates takes half a second
def environment() -> jinja2.Environment:
    """The templates, what is filled in escaped and printable, with the filters that they use."""
    templates = html.environment("tenfold.evaluation.report", _printable)
    templates.filters |= {
        "percent": percent,
        "count": count,
        "short": lambda value: f"{value:.3g}",
        "megabytes": lambda value: f"{value / 1e6:.1f} MB",
    }
    return templates


def _printable(value: Any) -> Any:
    """Names come from folders and files: control characters and broken ones have no place in a page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "".join(c if c.isprintable() or c == NO_BREAK else "\ufffd" for c in value)
    return value
