"""File names for entries in folders by class: valid on every file system, and unique.

The same entries always get the same names. Knows no disk and no table.
"""

import re
import unicodedata
from hashlib import sha256

from tenfold.catalogue.entries.tables import NONE
from tenfold.class_folders import LONGEST_BYTES, NONE_FOLDER, UNCLASSIFIED_FOLDER, folder_of, is_device

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
# A picture's ending goes by its content: what a name says may be a program's.
ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/bmp": (".bmp", ".dib"),
    "image/tiff": (".tif", ".tiff"),
    "image/avif": (".avif",),
    "image/heic": (".heic", ".heif"),
}


def folder_name(label: str | None) -> str:
    """The folder of a class. The class can be derived from its name, unless that was too long.

    Args:
        label: "" is none of the classes, None is not classified.
    """
    if label is None:
        return UNCLASSIFIED_FOLDER
    if label == NONE:
        return NONE_FOLDER
    # Another class may be called what a long name was cut to.
    return folder_of(label) or _apart(_safe(label), label)


def file_name(name: str, media_type: str) -> str:
    """A picture's name as every file system takes it, with an ending that says what it is."""
    endings = ENDINGS.get(media_type, ("",))
    safe = _safe(name)
    if not safe.lower().endswith(endings):
        safe += endings[0]
    return _short(safe, LONGEST_BYTES)


class FolderLayout:
    """Gives every entry a unique path, folder and name, without regard to case."""

    def __init__(self) -> None:
        self._taken: set[bytes] = set()
        self._folders: dict[str | None, str] = {}
        self._owners: dict[str, str | None] = {}

    def folder(self, label: str | None) -> str:
        """A class's folder. Names that differ only in case get folders that differ in more."""
        if label not in self._folders:
            name, escaped = folder_name(label), 0
            while self._owners.setdefault(_key(name), label) != label:
                escaped += 1
                name = folder_of(label or "", escaped) or _apart(name, f"{escaped}{label}")
            self._folders[label] = name
        return self._folders[label]

    def place(self, label: str | None, name: str, media_type: str, content_hash: str) -> tuple[str, str]:
        """Folder and name for an entry. A name that is taken gets a part of the content's hash added."""
        folder, plain = self.folder(label), file_name(name, media_type)
        chosen, digits = plain, 8
        while not self.take(folder, chosen):
            chosen = with_hash(plain, content_hash, digits)
            digits += 8
            if digits > len(content_hash) + 8:  # the same content of several owners
                chosen = with_hash(plain, sha256(f"{content_hash}{digits}".encode()).hexdigest(), 16)
        return folder, chosen

    def take(self, folder: str, name: str) -> bool:
        """Take a name in a folder; False where it is taken."""
        key = sha256(f"{_key(folder)}/{_key(name)}".encode()).digest()[:12]
        if key in self._taken:
            return False
        self._taken.add(key)
        return True


def with_hash(name: str, content_hash: str, digits: int = 8) -> str:
    """A name with the first digits of its content's hash before the ending: cat-3f2a1c9b.jpg."""
    found = _ENDING.search(name)
    ending = found.group() if found else ""
    stem = name.removesuffix(ending)
    return _cut(stem, LONGEST_BYTES - len(ending)) + f"-{content_hash[:digits]}{ending}"


def _apart(name: str, label: str) -> str:
    """A folder's name that no other class's is made into."""
    return f"{_cut(name, 150)}-{sha256(label.encode(errors='surrogatepass')).hexdigest()[:6]}"


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _safe(text: str) -> str:
    """Text as a path component on any file system: no separators, invisible characters, device names."""
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(c if c.isprintable() else "_" for c in composed)
    safe = _FORBIDDEN.sub("_", shown).strip(" ")
    safe = re.sub(r"[. ]+\Z", lambda end: "_" * len(end.group()), safe)
    safe = re.sub(r"\A[.]+", lambda dots: "_" * len(dots.group()), safe)
    if is_device(safe):
        safe = f"_{safe}"
    return _short(safe or "_", LONGEST_BYTES)


def _short(name: str, most: int) -> str:
    """A name cut to at most `most` bytes, with its ending."""
    if len(name.encode()) <= most:
        return name
    found = _ENDING.search(name)
    ending = found.group() if found else ""
    return _cut(name.removesuffix(ending), most - len(ending)) + ending


def _cut(text: str, most: int) -> str:
    """The beginning of a text, at most `most` bytes, that does not end in a dot or a space."""
    return text.encode()[:most].decode(errors="ignore").rstrip(". ")
