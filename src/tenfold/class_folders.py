"""Class names as names of folders that every file system takes, and back. Opens no folder.

A class is its folder's name where that is possible. What a file system or a walk through folders would not
take as it is stands as in a URL: the class n/a is the folder n%2Fa, the class con is %63on.
"""

import re
import unicodedata
from urllib.parse import quote, unquote

from tenfold.folder_walk import passed_over

# File systems take 255 bytes; a sidecar's ending and a temporary one must fit behind.
LONGEST_BYTES = 200
_FORBIDDEN = frozenset('<>:"/\\|?*%')
# What Windows takes for a device, whatever stands behind the first dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9A-F]{2}")
# Folders beside those of classes: what is none of them, and what was not classified.
NONE_FOLDER, UNCLASSIFIED_FOLDER = "none-of-these", "not-classified"
# Folders above those of classes: the parts of a dataset, and what their folders are called, in lower case.
TRAINING, VALIDATION, TEST = PARTS = ("training", "validation", "test")
PART_NAMES = {
    "train": TRAINING,
    "training": TRAINING,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
    "testing": TEST,
    "eval": TEST,
    "evaluation": TEST,
    "holdout": TEST,
}


def folder_of(label: str, escaped: int = 0) -> str:
    """The folder of a class; empty where its name is too long for one.

    Args:
        label: the class's name, not empty.
        escaped: so many characters at the beginning are escaped in any case: for classes whose names differ
            in case alone.
    """
    name = unicodedata.normalize("NFC", label)
    reserved = name.casefold() in (NONE_FOLDER, UNCLASSIFIED_FOLDER)
    if reserved or passed_over(name, folder=True) or is_device(name):
        escaped = max(escaped, 1)
    start, end = len(name) - len(name.lstrip(" .")), len(name.rstrip(" ."))
    found = "".join(
        _escape(c) if i < max(escaped, start) or i >= end or c in _FORBIDDEN or not c.isprintable() else c
        for i, c in enumerate(name)
    )
    return found if len(found.encode()) <= LONGEST_BYTES else ""


def class_of(folder: str) -> str:
    """The class that a folder is named after; a folder that `folder_of` did not name is its own class."""
    if not _ESCAPED.search(folder):
        return folder
    label = unquote(folder, errors="surrogateescape")
    mine = any(folder_of(label, escaped) == folder for escaped in range(len(label) + 1))
    return label if mine else folder


def is_device(name: str) -> bool:
    """Whether Windows takes a name for a device, such as con or nul.txt."""
    return _DEVICE.fullmatch(name.partition(".")[0].rstrip(" ")) is not None


def _escape(character: str) -> str:
    """As in a URL; also letters, which a URL leaves."""
    if character.isascii():
        return f"%{ord(character):02X}"
    return quote(character, safe="", errors="surrogatepass")
