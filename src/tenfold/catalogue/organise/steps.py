"""One step of a filing on disk, and back.

Knows no table; never overwrites a file, and never leaves half of one. Each can be repeated after an
interruption at any point: what exists already counts as done.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import OrganisedFile
from tenfold.catalogue.organise.plan import (
    COPY,
    DONE,
    FOLDER,
    HARD,
    LINK,
    MOVE,
    SIDECAR,
    SYMBOLIC,
    UNDONE,
    content_of,
)
from tenfold.catalogue.organise.problems import StepProblem, StepRefused
from tenfold.files import settle
from tenfold.server_files import ServerFiles


class _Source(NamedTuple):
    """The file that a picture comes from, and how to read it."""

    path: Path
    open: Callable[[], BinaryIO]

    def has(self, content: str | None) -> bool:
        """Whether it has this content, by its SHA-256 in hex."""
        try:
            with self.open() as file:
                return file_digest(file, "sha256").hexdigest() == content  # type: ignore[arg-type]
        except OSError:
            return False


def take(step: OrganisedFile, files: ServerFiles, originals: Originals) -> tuple[str, str]:
    """Take a step; returns its state afterwards, and how it was taken. Raises StepRefused and OSError."""
    target = Path(step.target)
    if step.how == FOLDER:
        return _make(target)
    if step.how == SIDECAR:
        raise AssertionError("sidecars are written by write_sidecar")
    if step.how == MOVE:
        _move(files, Path(step.origin), target, step)
        return DONE, MOVE
    from_store = not step.origin or files.own(step.origin)
    with _original(step, originals) if from_store else _own_file(step.origin, files) as source:
        if step.how == COPY or (from_store and not originals.local):
            _copy(files, source, target, step)
            return DONE, COPY
        assert step.how == LINK
        return DONE, _link(files, source, target, step)


def take_back(step: OrganisedFile, files: ServerFiles) -> tuple[str, StepProblem | None]:
    """Undo a step; returns its state afterwards, and its problem. Raises StepRefused and OSError."""
    target = Path(step.target)
    temporary(step).unlink(missing_ok=True)
    if step.how == FOLDER:
        return _unmake(target)
    if step.how == MOVE:
        _move_back(files, Path(step.origin), target, step)
    elif step.how == SIDECAR:
        _restore_sidecar(files, target, step)
    elif os.path.lexists(target):
        if not _is_ours(files, target, step):
            raise StepRefused("changed")
        target.unlink()
    return UNDONE, None


def temporary(step: OrganisedFile) -> Path:
    """Where a step's file is while it is written; after a restart it is found by the same name."""
    return Path(step.target).parent / f".tenfold-{step.filing_id}-{step.number}.part"


def write_sidecar(content: bytes, step: OrganisedFile) -> None:
    """Put a sidecar in its place, whole."""
    _write(content, temporary(step))
    os.replace(temporary(step), step.target)
    settle(Path(step.target).parent)


def _make(folder: Path) -> tuple[str, str]:
    # It was not there when it was planned. One that is there now was made before a cut, or is as good as
    # ours, because undo takes it away only if it is empty.
    folder.mkdir(exist_ok=True)
    return DONE, FOLDER


def _unmake(folder: Path) -> tuple[str, StepProblem | None]:
    try:
        folder.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        if not folder.is_dir():
            raise
        return UNDONE, "folder-not-empty"
    return UNDONE, None


@contextlib.contextmanager
def _original(step: OrganisedFile, originals: Originals) -> Iterator[_Source]:
    assert step.content is not None
    try:
        with originals.local_copy(step.content) as path:
            yield _Source(path, lambda: path.open("rb"))
    except FileNotFoundError:
        raise StepRefused("original-missing") from None


@contextlib.contextmanager
def _own_file(path: str, files: ServerFiles) -> Iterator[_Source]:
    yield _Source(Path(path), partial(files.open, path))


def _copy(files: ServerFiles, source: _Source, target: Path, step: OrganisedFile) -> None:
    if content_of(files, target) == step.content:
        return
    part = temporary(step)
    part.unlink(missing_ok=True)
    digest = sha256()
    try:
        with source.open() as file, part.open("xb") as copy:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != step.content:
            raise StepRefused("origin-changed")
        if step.how == MOVE:
            shutil.copystat(source.path, part)
        _place(part, target)
    finally:
        part.unlink(missing_ok=True)


def _place(part: Path, target: Path) -> None:
    """Give a file its name, unless another has it."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise StepRefused("name-taken") from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise StepRefused("name-taken") from None
        os.rename(part, target)
    settle(target.parent)


def _move(files: ServerFiles, origin: Path, target: Path, step: OrganisedFile) -> None:
    if os.path.lexists(target):
        if content_of(files, target) != step.content:
            raise StepRefused("name-taken")
    elif content_of(files, origin) != step.content:
        raise StepRefused("origin-changed")
    else:
        try:
            os.link(origin, target)
        except OSError:  # another disk, or a file system without hard links
            with _own_file(step.origin, files) as source:
                _copy(files, source, target, step)
    if content_of(files, origin) == step.content:
        settle(target.parent)  # its new name is on the disk before the old one goes
        origin.unlink()


def _move_back(files: ServerFiles, origin: Path, target: Path, step: OrganisedFile) -> None:
    there, here = content_of(files, target), content_of(files, origin)
    if there != step.content:
        if not os.path.lexists(target) and here == step.content:
            return  # it was never moved, or is back already
        raise StepRefused("changed")
    if here is None and os.path.lexists(origin):
        raise StepRefused("origin-taken")
    if here is not None and here != step.content:
        raise StepRefused("origin-taken")
    if here is None:
        origin.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(target, origin)
        except OSError:
            part = origin.parent / temporary(step).name
            shutil.copy2(target, part)
            _place(part, origin)
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
        part_left = origin.parent / temporary(step).name
        part_left.unlink(missing_ok=True)
    settle(origin.parent)
    target.unlink()


def _link(files: ServerFiles, source: _Source, target: Path, step: OrganisedFile) -> str:
    if os.path.lexists(target):
        if not _is_ours(files, target, step):
            raise StepRefused("name-taken")
        return SYMBOLIC if target.is_symlink() else HARD
    if not source.has(step.content):
        raise StepRefused("origin-changed")
    try:
        os.link(source.path, target)
    except FileExistsError:
        raise StepRefused("name-taken") from None
    except OSError:  # another disk, or a file system without hard links
        os.symlink(source.path, target)
        return SYMBOLIC
    return HARD


def _is_ours(files: ServerFiles, target: Path, step: OrganisedFile) -> bool:
    if target.is_symlink():
        leads_to = os.readlink(target)  # an original's name is its content's hash
        ours = leads_to == step.origin or Path(leads_to).name == step.content
        return step.how in (LINK, SYMBOLIC) and ours
    return content_of(files, target) == step.content


def _restore_sidecar(files: ServerFiles, target: Path, step: OrganisedFile) -> None:
    if step.content is None:
        return  # it was never begun
    before = None if step.before is None else sha256(step.before).hexdigest()
    now = content_of(files, target)
    if now == before and (now is not None or not os.path.lexists(target)):
        return
    if now != step.content:
        raise StepRefused("changed")
    if step.before is None:
        target.unlink()
    else:
        write_sidecar(step.before, step)


def _write(content: bytes, path: Path) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
