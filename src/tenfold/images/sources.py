"""Reads the bytes of a path, a stream or bytes, within a limit. Knows nothing of pictures' formats."""

import os
from typing import Any

from tenfold.errors import NotAPicture, PictureError, PictureTooLarge

_NAME_LENGTH = 120
_CHUNK = 1 << 20


def safe_name(name: str | None, otherwise: str = "the data given") -> str:
    """A name fit for a message or a terminal: no control characters or turned writing, not endless."""
    shown = "".join(c for c in name or "" if c.isprintable()).strip()
    if len(shown) > _NAME_LENGTH:
        shown = f"{shown[: _NAME_LENGTH // 2]}…{shown[1 - _NAME_LENGTH // 2 :]}"
    return shown or otherwise


def bytes_of(source: object, name: str | None, most: int) -> tuple[bytes, str]:
    """The bytes of a source, `most` of them at the most, and what to call it in messages."""
    if isinstance(source, bytes | bytearray | memoryview):
        subject = safe_name(name)
        if len(source) > most:
            raise _too_large(subject, f"it has {megas(len(source))} MB", most)
        return bytes(source), subject
    if isinstance(source, str | os.PathLike):
        path = os.fsdecode(source)
        subject = safe_name(name or path)
        return _bytes_of_file(path, subject, most), subject
    if hasattr(source, "read"):
        stated = getattr(source, "name", None)
        subject = safe_name(name or (stated if isinstance(stated, str) else None))
        try:
            return _bytes_of_stream(source, subject, most), subject
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise PictureError(subject, "cannot be read", received=_reason(error)) from error
    raise NotAPicture(
        safe_name(name, "the value given"),
        "is not a picture",
        received=f"it is of type {type(source).__name__}",
        cure="Give a path, bytes, a file opened for bytes, a PIL image or a uint8 array.",
    )


def megas(count: int) -> str:
    """A count in millions, as short as it can be said without turning a small one into 0."""
    return f"{count / 1e6:.1f}".removesuffix(".0") if count >= 1e6 else f"{count / 1e6:.6f}".rstrip("0")


def _bytes_of_file(path: str, subject: str, most: int) -> bytes:
    try:
        with open(path, "rb", buffering=0, opener=_without_waiting) as file:
            if os.name == "posix":
                os.set_blocking(file.fileno(), True)
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise _too_large(subject, f"it has {megas(size)} MB", most)
            return _bytes_of_stream(file, subject, most)
    except FileNotFoundError as error:
        raise PictureError(subject, "does not exist", cure=_cure_for_missing(path)) from error
    except IsADirectoryError as error:
        raise NotAPicture(subject, "is a folder, not a picture", cure="Name the pictures in it.") from error
    except PermissionError as error:
        raise PictureError(subject, "may not be read", cure="Give yourself the right to read it.") from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise PictureError(subject, "cannot be read", received=_reason(error), cure="Check it.") from error


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe without a writer is opened without waiting."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _bytes_of_stream(stream: Any, subject: str, most: int) -> bytes:
    """All of a stream, but never more than one byte past the limit."""
    parts: list[bytes] = []
    left = most + 1
    while left > 0:
        part = stream.read(min(_CHUNK, left))
        if isinstance(part, str):
            raise NotAPicture(subject, "gives text, not bytes", cure="Open it for bytes: open(path, 'rb').")
        if not part:
            return parts[0] if len(parts) == 1 else b"".join(parts)
        parts.append(part)
        left -= len(part)
    raise _too_large(subject, f"it has more than {megas(most)} MB", most)


def _too_large(subject: str, received: str, most: int) -> PictureTooLarge:
    return PictureTooLarge(
        subject,
        "is too large a file",
        received=f"{received}; the limit is {megas(most)} MB",
        cure="Save it smaller, or raise the setting max_picture_bytes.",
        reason="too-many-bytes",
        params={"most": megas(most)},
    )


def _cure_for_missing(path: str) -> str:
    if "://" in path:
        return "It is an address on the web: download the picture first."
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        return f"Its folder {safe_name(folder)} does not exist either: check the path."
    return "Its folder is there, but holds no such file: check the name."


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
