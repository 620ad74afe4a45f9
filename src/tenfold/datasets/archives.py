"""Unpacks a ZIP archive from somebody else: nothing outside its folder, no links, bounded in every way.

Knows nothing of pictures and classes.
"""

import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tenfold.errors import DatasetError
from tenfold.reasons import Reason

Progress = Callable[[int, int], None]
_CHUNK = 1 << 20
# Files that operating systems add.
_PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


_UNSAFE: Reason = "archive-unsafe"
_LARGE: Reason = "archive-too-large"


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may hold.

    Attributes:
        files, bytes: the most after unpacking.
        ratio: the most bytes as a multiple of the archive's size, beyond `free` bytes.
    """

    files: int = 200_000
    bytes: int = 8_000_000_000
    ratio: float = 100.0
    free: int = 100_000_000

    def of(self, packed: int) -> int:
        """The most bytes that an archive of `packed` bytes may hold."""
        return min(self.bytes, max(self.free, int(self.ratio * packed)))


def unpack_zip(
    archive: Path,
    folder: Path,
    *,
    name: str,
    limits: ArchiveLimits | None = None,
    progress: Progress = lambda done, total: None,
) -> int:
    """Unpack the files of a ZIP archive into `folder`; how many.

    Args:
        folder: an empty folder.
        name: what messages call the archive.
        progress: called with the files done, and all of them.

    Raises:
        DatasetError: it is no such archive, is damaged or encrypted, leads out of the folder, holds a link,
            the same file twice, or more than the limits allow.
        OSError: the disk refuses it.
    """
    limits = limits or ArchiveLimits()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _members(opened, name, limits, archive.stat().st_size)
            left = limits.of(archive.stat().st_size)
            for number, (member, path) in enumerate(members):
                progress(number, len(members))
                left = _write(opened, member, folder / path, name, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as reason:
        raise _refused(
            name, "cannot be unpacked", str(reason), "Pack it again as a plain ZIP file.", "archive-damaged"
        ) from reason
    progress(len(members), len(members))
    return len(members)


def _members(
    opened: zipfile.ZipFile, name: str, limits: ArchiveLimits, packed: int
) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The files of an archive and their places, once all that it says of itself is found to be in order."""
    found: dict[PurePosixPath, zipfile.ZipInfo] = {}
    size = 0
    for member in opened.infolist():
        path = _place(member.filename, name)
        if member.is_dir() or any(part in _PASSED_OVER for part in path.parts):
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _refused(name, "holds a link", f"{path}", "Pack the files themselves.", _UNSAFE)
        if path in found:
            raise _refused(name, "holds the same file twice", f"{path}", "Pack it again.", _UNSAFE)
        found[path] = member
        size += member.file_size
        if len(found) > limits.files:
            raise _refused(
                name, "holds too many files", f"more than {limits.files:,}", "Make it smaller.", _LARGE
            )
    if size > limits.of(packed):
        raise _too_much(name, limits.of(packed))
    return [(member, path) for path, member in found.items()]


def _place(name: str, archive: str) -> PurePosixPath:
    """The place of a member within the folder. Raises DatasetError where it is none."""
    path = PurePosixPath(name.replace("\\", "/"))
    strange = any(part == ".." or ":" in part or not part.isprintable() for part in path.parts)
    if path.is_absolute() or not path.parts or strange or len(str(path)) > 1000:
        raise _refused(archive, "leads out of its folder", repr(name[:200]), "Pack it again.", _UNSAFE)
    return path


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, name: str, left: int) -> int:
    """Write one file; how many bytes may still come. The size in its header is not trusted."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(member) as source, place.open("xb") as target:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _too_much(name, None)
            target.write(chunk)
    return left


def _too_much(name: str, most: int | None) -> DatasetError:
    received = f"more than {most / 1e6:,.0f} MB" if most else "more than it says"
    return _refused(
        name, "holds too much", received, "Make it smaller, or put it on the server by other means.", _LARGE
    )


def _refused(name: str, problem: str, received: str, cure: str, reason: Reason) -> DatasetError:
    subject = f"The archive {name!r:.200}"
    return DatasetError(subject, problem, received=received[:300], cure=cure, reason=reason)
