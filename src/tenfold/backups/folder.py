"""The folder of a backup. Knows no table, and nothing of what the files are.

    snapshots/2026-11-29T140501Z.json   what one backup holds: the database and files by path
    contents/ab/abcd...                 each content once, named by its SHA-256

A content that exists is not copied again, so a further backup costs only what is new. A snapshot's file is
written last: a backup that was killed leaves contents without a snapshot, which the next one uses.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import BackupError
from tenfold.files import private_mode, settle, sync, temporary, write_whole
from tenfold.os_errors import refused
from tenfold.parsing import from_json

FORMAT = 1
_AT_ONCE = 1 << 20
_WHICH = "Name the folder that `tenfold backup` wrote."
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Content:
    """A file as it was. changed_ns: when it was last written, by its disk's clock, in nanoseconds."""

    sha256: str
    size: int
    changed_ns: int


@dataclass(frozen=True)
class Snapshot:
    """What one backup holds.

    Attributes:
        name: when it was made, in UTC.
        tables: the version of the database's tables.
        secrets: passwords and access keys are in it.
        database: the tables, a file of SQLite.
        files: by their paths from the home, with / between folders.
    """

    name: str
    tenfold: str
    tables: str
    secrets: bool
    database: Content
    files: dict[str, Content]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Bytes of all that is in it."""
        return self.database.size + sum(one.size for one in self.files.values())


class BackupFolder:
    """A folder of snapshots. Raises BackupError where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, path: Path, before: Content | None = None) -> Content:
        """Copy a file into the folder, as `keep_opened`."""
        facts = path.stat()
        return self.keep_opened(lambda: path.open("rb"), facts.st_size, facts.st_mtime_ns, before)

    def keep_opened(
        self, opened: Callable[[], BinaryIO], size: int, changed_ns: int, before: Content | None = None
    ) -> Content:
        """Copy what can be opened and sought in into the folder, unless its content is there.

        Args:
            opened: raises OSError where it cannot be read.
            before: what it was in an earlier backup; what is of the same length and time is not read again.
        """
        if before and (before.size, before.changed_ns) == (size, changed_ns) and self.holds(before):
            return before
        with opened() as source:
            known = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
            if (held := self._size(known)) is None:
                source.seek(0)
                known, held = self._copy(source)
        return Content(known, held, changed_ns)

    def holds(self, content: Content) -> bool:
        """Whether a content exists with the right length; its bytes are not read."""
        return self._size(content.sha256) == content.size

    def path(self, content: Content) -> Path:
        """The file with a content."""
        return self._path(content.sha256)

    def damage(self, content: Content) -> str:
        """What is wrong with a content, which is read in full; empty where nothing is."""
        try:
            with self.path(content).open("rb") as file:
                right = hashlib.file_digest(file, "sha256").hexdigest() == content.sha256
        except FileNotFoundError:
            return "is missing"
        except OSError as reason:
            return f"cannot be read ({reason.strerror})"
        return "" if right else "is damaged"

    def write(self, snapshot: Snapshot) -> None:
        """Write a snapshot, whose contents are all there."""
        text = json.dumps(asdict(snapshot), ensure_ascii=False)
        place = self.folder / "snapshots"
        try:
            place.mkdir(parents=True, exist_ok=True)
            write_whole(place / f"{snapshot.name}.json", text.encode(), mode=private_mode(self.folder))
        except OSError as reason:
            raise self._refused("cannot be written", reason) from reason

    def names(self) -> list[str]:
        """The names of the snapshots, the oldest first."""
        try:
            return sorted(one.stem for one in (self.folder / "snapshots").glob("*.json"))
        except OSError as reason:
            raise self._refused("cannot be read", reason) from reason

    def read(self, name: str = "") -> Snapshot:
        """A snapshot; "": the newest. Raises BackupError: there is none, it is damaged, or too new."""
        names = self.names()
        if not names or (name and name not in names):
            raise BackupError(
                f"The folder {self.folder}",
                f"has no snapshot {name}" if names else "holds no backup of tenfold",
                cure=f"It has {', '.join(names[-10:])}." if names else _WHICH,
            )
        file = self.folder / "snapshots" / f"{name or names[-1]}.json"
        try:
            facts = from_json(file.read_bytes())
            if facts["format"] > FORMAT:
                raise BackupError(
                    f"The backup {file.stem}",
                    "was made by a newer tenfold than this one",
                    received=f"tenfold {facts['tenfold']}, format {facts['format']}",
                    cure=f"Install tenfold {facts['tenfold']} or newer.",
                )
            return _snapshot(facts)
        except OSError as reason:
            raise self._refused("cannot be read", reason) from reason
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as reason:
            raise BackupError(
                f"The backup {file.stem}",
                "is damaged",
                received=f"{reason}"[:120],
                cure="Take another snapshot.",
            ) from reason

    def forget(self, keep: int) -> int:
        """Remove all snapshots but the newest `keep`, and unused contents; returns how many snapshots."""
        assert keep > 0
        names = self.names()
        used = {content.sha256 for name in names[-keep:] for content in _contents(self.read(name))}
        for name in names[:-keep]:
            (self.folder / "snapshots" / f"{name}.json").unlink(missing_ok=True)
        for path in (self.folder / "contents").rglob("*"):
            if path.is_file() and path.name not in used:
                path.unlink(missing_ok=True)
        return len(names[:-keep])

    def _copy(self, source: BinaryIO) -> tuple[str, int]:
        """Copy a file that may be written meanwhile: the hash is of what was copied."""
        digest, size = hashlib.sha256(), 0
        contents = self.folder / "contents"
        try:
            contents.mkdir(parents=True, exist_ok=True)
            with temporary(contents / "copying", mode=private_mode(self.folder)) as part:
                with part.open("wb") as target:
                    while piece := source.read(_AT_ONCE):
                        target.write(piece)
                        digest.update(piece)
                        size += len(piece)
                sync(part)
                path = self._path(digest.hexdigest())
                path.parent.mkdir(exist_ok=True)
                part.replace(path)
            settle(path.parent)
        except OSError as reason:
            raise self._refused("cannot be written", reason) from reason
        return digest.hexdigest(), size

    def _size(self, sha256: str) -> int | None:
        try:
            return self._path(sha256).stat().st_size
        except OSError:
            return None

    def _path(self, sha256: str) -> Path:
        return self.folder / "contents" / sha256[:2] / sha256

    def _refused(self, problem: str, reason: OSError) -> BackupError:
        return refused(BackupError, f"The folder {self.folder}", reason, problem)


def _contents(snapshot: Snapshot) -> Iterator[Content]:
    yield snapshot.database
    yield from snapshot.files.values()


def _snapshot(facts: dict[str, object]) -> Snapshot:
    """A snapshot from what its file says, which may be anything. Raises ValueError, TypeError or KeyError."""
    files = facts["files"]
    if not isinstance(files, dict):
        raise TypeError("its list of files is none")
    for path in files:
        if not path or path.startswith("/") or "\\" in path or "\0" in path or ".." in path.split("/"):
            raise ValueError(f"a file would leave the home: {path[:80]!r}")
    return Snapshot(
        name=str(facts["name"]),
        tenfold=str(facts["tenfold"]),
        tables=str(facts["tables"]),
        secrets=facts["secrets"] is True,
        database=_content(facts["database"]),
        files={path: _content(one) for path, one in files.items()},
    )


def _content(facts: object) -> Content:
    if not isinstance(facts, dict) or not _HASH.fullmatch(str(facts["sha256"])):
        raise ValueError("a content has no hash")
    return Content(str(facts["sha256"]), int(facts["size"]), int(facts["changed_ns"]))
