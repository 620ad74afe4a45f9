"""Makes names safe to store and show: on a page, on a terminal, in a table and as a file's name.

Knows nothing of tables.
"""

import os
import re
import unicodedata

LONGEST = 255
UNNAMED = "picture"
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")


def safe_file_name(name: str) -> str:
    """The last part of a name, without what could harm or mislead: 1 to 255 characters.

    Left out are control characters, line ends, marks that turn the direction of writing and all else that
    cannot be seen; blanks become single spaces. A name that is too long keeps its ending.
    """
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    composed = unicodedata.normalize("NFC", last)
    seen = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in composed)
    shown = " ".join(seen.split())
    if not shown.strip(". "):
        return UNNAMED
    if len(shown) <= LONGEST:
        return shown
    found = _ENDING.search(shown)
    ending = found.group() if found else ""
    return shown[: LONGEST - len(ending)].rstrip() + ending


def kept_path(path: str | os.PathLike[str]) -> str:
    """A path as text that every database can keep: bytes that are no UTF-8 are written as \\xff."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").replace("\0", "\\x00")
