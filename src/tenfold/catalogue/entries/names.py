"""Names of pictures and classes: made safe, or checked and refused, as they are stored. Reads no table."""

import os
import re
import unicodedata

from tenfold.errors import UsageError
from tenfold.reasons import Params, Reason

LONGEST, LONGEST_LABEL = 255, 100
UNNAMED = "picture"
# Marks that join letters belong to the writing of some languages; other invisible ones do not.
_JOINERS = "\u200c\u200d"
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


def checked_label(text: str) -> str:
    """A class's name as it is stored: composed, no spaces around it; "": none of them. Raises UsageError."""
    label = unicodedata.normalize("NFC", text).strip()
    if text and not label:
        raise _refused(
            "A class",
            "needs a name with letters in it",
            text,
            "Leave it empty for none of these.",
            "name-needed",
        )
    # As a folder of pictures names its classes: see datasets.
    if not label.isprintable():
        raise _refused(
            "The class",
            "has characters that cannot be shown",
            text,
            "Write it without them.",
            "hidden-characters",
        )
    if len(label) > LONGEST_LABEL:
        cure = f"Use at most {LONGEST_LABEL} characters."
        raise _refused(
            "The class",
            f"has a name of {len(label):,} characters",
            text,
            cure,
            "name-length",
            {"most": LONGEST_LABEL},
        )
    return label


def checked_name(text: str) -> str:
    """A picture's name as it is stored: composed, no spaces around it. Raises UsageError: none can be so."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise _refused("A picture", "needs a name", text, "Write one.", "name-needed")
    if not all(c.isprintable() or c in _JOINERS for c in name):
        raise _refused(
            "The name",
            "has characters that cannot be shown",
            text,
            "Write it without them.",
            "hidden-characters",
        )
    if len(name) > LONGEST:
        cure = f"Use at most {LONGEST} characters."
        raise _refused(
            "The name", f"has {len(name):,} characters", text, cure, "name-length", {"most": LONGEST}
        )
    return name


def _refused(
    subject: str, problem: str, received: str, cure: str, reason: Reason, params: Params | None = None
) -> UsageError:
    return UsageError(
        subject, problem, received=f"{received!r:.120}", cure=cure, reason=reason, params=params
    )
