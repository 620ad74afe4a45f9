"""HTML pages of evaluation: templates, with style and script inline, written whole.

Knows no page: report/, comparison_page.py and data_check/ each bring templates and words of their own.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from tenfold import __version__
from tenfold.errors import UsageError
from tenfold.files import write_whole
from tenfold.os_errors import in_words, refused


def environment(package: str, finalize: Callable[[Any], Any] | None = None) -> jinja2.Environment:
    """The templates of a package; what is filled in is escaped, and a name that is missing is an error.

    Args:
        package: its name; the templates lie in its folder `templates`, and what all pages begin with is
            `document.html`.
        finalize: a function that is applied to each value before it is escaped.
    """
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package), jinja2.PackageLoader(__package__)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )


def inlined(templates: jinja2.Environment, styles: Sequence[str], script: str = "") -> dict[str, str]:
    """The values of `document.html`: version, style, script (may be empty), and their hashes.

    The style sheets are added to `document.css`. A content security policy knows an inline style or script by
    its hash.
    """
    assert templates.loader is not None
    sheets = ["document.css", *styles]
    style = "".join(templates.loader.get_source(templates, name)[0] for name in sheets)
    code = templates.loader.get_source(templates, script)[0] if script else ""
    return {
        "version": __version__,
        "style": Markup(style),
        "script": Markup(code),
        "style_hash": _content_hash(style),
        "script_hash": _content_hash(code),
    }


def _content_hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def write(path: Path, text: str, what: str) -> None:
    """Write a file so that it is whole at every moment.

    Args:
        what: what the message calls it: "The report".

    Raises:
        UsageError: it cannot be written.
    """
    try:
        write_whole(path, text.encode(errors="replace"))
    except OSError as reason:
        cure = f"{in_words(reason).cure}, or name another place with --output."
        raise refused(UsageError, f"{what} {path}", reason, "cannot be written", cure=cure) from reason
