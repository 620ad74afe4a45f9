"""The steps that file entries by class on disk, before any is taken. Reads the disk, changes nothing."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from tenfold.catalogue.entries.folders import FolderLayout, file_name, with_hash
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.organise import xmp
from tenfold.catalogue.organise.problems import StepProblem
from tenfold.errors import CatalogueError
from tenfold.server_files import ServerFiles

Mode = Literal["copy", "move", "link"]
PLANNED, DONE, THERE, UNDONE, FAILED = "planned", "done", "there", "undone", "failed"
FOLDER, COPY, MOVE, LINK, HARD, SYMBOLIC, SIDECAR = (
    "folder",
    "copy",
    "move",
    "link",
    "hard",
    "symbolic",
    "sidecar",
)
_CHUNK = 1 << 20


@dataclass(frozen=True)
class OrganiseStep:
    """One step, as stored in tables.OrganisedFile."""

    how: str
    entry_id: int
    origin: str
    target: str
    content: str | None = None
    state: str = PLANNED
    problem: StepProblem | None = None

    @property
    def of_picture(self) -> bool:
        """Whether it files a picture, not a folder or sidecar."""
        return self.how not in (FOLDER, SIDECAR) and not self.target.endswith(xmp.ENDING)


def checked_root(root: Path, home: Path) -> Path:
    """The folder to file under, absolute and without links. Raises CatalogueError where it cannot be used."""
    try:
        real = root.resolve()
    except (OSError, RuntimeError, ValueError) as reason:
        raise CatalogueError(
            f"The folder {root}", "cannot be used", received=str(reason), cure=_CURE, reason="not-a-folder"
        ) from reason
    if _inside(real, home):
        raise CatalogueError(
            f"The folder {root}",
            "is where tenfold keeps its own files",
            received=str(home),
            cure=_CURE,
            reason="own-files",
        )
    if real.exists() and not real.is_dir():
        raise CatalogueError(f"The folder {root}", "is a file", cure=_CURE, reason="not-a-folder")
    return real


_CURE = "Choose another folder."


class Planner:
    """Plans the filing of entries under one root.

    Args:
        root: as `checked_root` gave it.
        files: opens people's own files.
        home: tenfold's own folder, which nothing is taken from or put into.
        sidecars: whether to write each picture's class beside it.
    """

    def __init__(self, files: ServerFiles, root: Path, home: Path, mode: Mode, *, sidecars: bool) -> None:
        self._files = files
        self._root, self._home = root, home.resolve()
        self._mode, self._sidecars = mode, sidecars
        self._places = FolderLayout()
        self._folders: dict[Path, StepProblem | None] = {}

    def steps(self, entries: Iterable[tuple[Entry, Sequence[str]]]) -> Iterator[OrganiseStep]:
        """All steps, in the order they are taken. entries: each with the paths of the files it came from."""
        for entry, paths in entries:
            folder = self._root / self._places.folder(entry.label)
            yield from self._make(folder)
            target, there = self._target(folder, entry)
            problem = self._folders[folder]
            if problem is not None:
                yield OrganiseStep(self._mode, entry.id, "", str(target), entry.hash, FAILED, problem)
                continue
            own = [] if self._mode == "copy" else [path for path in paths if self._still(path, entry)]
            origin = own[0] if own else ""
            # What came from no file, or whose file was changed, cannot be moved: it is copied from the store.
            how = COPY if self._mode == "move" and not own else self._mode
            yield OrganiseStep(how, entry.id, origin, str(target), entry.hash, THERE if there else PLANNED)
            if how == MOVE and not there:
                yield from self._moved_sidecar(entry, origin, target)
            if self._sidecars:
                yield OrganiseStep(SIDECAR, entry.id, _sidecar_of(paths), f"{target}{xmp.ENDING}")

    def _make(self, folder: Path) -> Iterator[OrganiseStep]:
        """The folders that are not there yet, the outermost first."""
        if folder in self._folders:
            return
        self._folders[folder] = None
        if os.path.lexists(folder):
            if not folder.is_dir():
                self._folders[folder] = "folder-is-file"
            elif _inside(folder.resolve(), self._home):
                self._folders[folder] = "folder-leads-home"
            return
        if folder != folder.parent:
            yield from self._make(folder.parent)
        yield OrganiseStep(FOLDER, 0, "", str(folder))

    def _target(self, folder: Path, entry: Entry) -> tuple[Path, bool]:
        """A free path for an entry, or the path where its content is already."""
        plain = file_name(entry.name, entry.media_type)
        names = [plain, *(with_hash(plain, entry.hash, digits) for digits in range(8, 72, 8))]
        number = 2
        for name in names:
            if self._places.take(folder.name, name):
                target = folder / name
                if not os.path.lexists(target):
                    return target, False
                if has_content(self._files, target, entry.bytes, entry.hash):
                    return target, True
            if name == names[-1]:  # the same content of several owners
                names.append(with_hash(plain, f"{entry.hash[:16]}-{number}", 80))
                number += 1
        raise AssertionError("a list that grows does not end")

    def _still(self, path: str, entry: Entry) -> bool:
        """Whether a file is unchanged since it was added, and belongs to the person alone."""
        file = Path(path)
        return not self._in_home(file) and has_content(self._files, file, entry.bytes, entry.hash)

    def _in_home(self, file: Path) -> bool:
        return _inside(Path(os.path.realpath(file)), self._home)

    def _moved_sidecar(self, entry: Entry, origin: str, target: Path) -> Iterator[OrganiseStep]:
        beside, after = f"{origin}{xmp.ENDING}", f"{target}{xmp.ENDING}"
        content = content_of(self._files, Path(beside))
        if content is not None and not os.path.lexists(after):
            yield OrganiseStep(MOVE, entry.id, beside, after, content)


def has_content(files: ServerFiles, path: Path, size: int, content: str) -> bool:
    """Whether a plain file (no link) has this content."""
    try:
        facts = path.lstat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_size == size and content_of(files, path) == content


def content_of(files: ServerFiles, path: Path) -> str | None:
    """SHA-256 in hex of a plain file's content; None where there is none, or none that may be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        digest = sha256()
        with files.open(str(path)) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()
    except (OSError, ValueError):
        return None


def _sidecar_of(paths: Sequence[str]) -> str:
    """The sidecar of a file that an entry came from, "" where there is none."""
    beside = (f"{path}{xmp.ENDING}" for path in paths)
    return next((path for path in beside if os.path.isfile(path)), "")


def _inside(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder.resolve())
