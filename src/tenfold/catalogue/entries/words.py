"""What people may call a class or a picture: checked, and in one form. Knows no entry and no file."""

import unicodedata

from tenfold.catalogue.entries.tables import NONE
from tenfold.errors import UsageError

LONGEST_LABEL, LONGEST_NAME = 100, 255
# Marks that join letters belong to the writing of some languages; other invisible ones do not.
_JOINERS = "\u200c\u200d"


def checked_label(text: str) -> str:
    """A class's name as it is stored: composed, without spaces around it. "" is none of the classes.

    Raises:
        UsageError: no class can be called so.
    """
    label = unicodedata.normalize("NFC", text).strip()
    if text and not label:
        raise _refused(
            "A class", "needs a name with letters in it", text, "Leave it empty for none of these."
        )
    # As a folder of pictures names its classes: see datasets.
    if not label.isprintable():
        raise _refused("The class", "has characters that cannot be shown", text, "Write it without them.")
    if len(label) > LONGEST_LABEL:
        cure = f"Use at most {LONGEST_LABEL} characters."
        raise _refused("The class", f"has a name of {len(label):,} characters", text, cure)
    return label


def checked_name(text: str) -> str:
    """A picture's name as it is stored: composed, without spaces around it.

    Raises:
        UsageError: no picture can be called so.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise _refused("A picture", "needs a name", text, "Write one.")
    if not all(c.isprintable() or c in _JOINERS for c in name):
        raise _refused("The name", "has characters that cannot be shown", text, "Write it without them.")
    if len(name) > LONGEST_NAME:
        cure = f"Use at most {LONGEST_NAME} characters."
        raise _refused("The name", f"has {len(name):,} characters", text, cure)
    return name


def label_words(label: str | None) -> str:
    """What a class is called in tables and messages for people, in English."""
    return "not classified" if label is None else "none of these" if label == NONE else label


def _refused(subject: str, problem: str, received: str, cure: str) -> UsageError:
    return UsageError(subject, problem, received=f"{received!r:.120}", cure=cure)
