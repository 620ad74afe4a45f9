"""One step of a filing on disk, and back. Knows no table; never writes over a file, and never half of one.

Each can be taken again after it was cut off at any point: what is there already counts as done.
"""

import contextlib
import os
import shutil
from hashlib import sha256
from pathlib import Path

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
from tenfold.files import settle
from tenfold.server_files import ServerFiles


class StepRefused(Exception):
    """A step that cannot be taken; the words say why."""


def take(step: OrganisedFile, files: ServerFiles) -> tuple[str, str]:
    """Take a step. Its state afterwards, and how it was taken. Raises StepRefused and OSError."""
    target = Path(step.target)
    if step.how == FOLDER:
        return _make(target)
    if step.how == SIDECAR:
        raise AssertionError("sidecars are written by write_sidecar")
    if step.how == COPY:
        _copy(files, Path(step.origin), target, step)
    elif step.how == MOVE:
        _move(files, Path(step.origin), target, step)
    else:
        assert step.how == LINK
        return DONE, _link(files, Path(step.origin), target, step)
    return DONE, step.how


def take_back(step: OrganisedFile, files: ServerFiles) -> tuple[str, str | None]:
    """Undo a step. Its state afterwards, and what has to be said. Raises StepRefused and OSError."""
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
            raise StepRefused("It was changed since, and stays.")
        target.unlink()
    return UNDONE, None


def temporary(step: OrganisedFile) -> Path:
    """Where a step's file is while it is written; after a restart it is found by the same name."""
    return Path(step.target).parent / f".tenfold-{step.filing_id}-{step.number}.part"


def write_sidecar(content: bytes, step: OrganisedFile) -> None:
    """Put a sidecar in its place, whole."""
    _write(content, temporary(step))
    os.replace(temporary(step), step.target)


def _make(folder: Path) -> tuple[str, str]:
    # It was not there when it was planned. One that is there now was made before a cut, or is as good as
    # ours, because undo takes it away only if it is empty.
    folder.mkdir(exist_ok=True)
    return DONE, FOLDER


def _unmake(folder: Path) -> tuple[str, str | None]:
    try:
        folder.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        if not folder.is_dir():
            raise
        return UNDONE, "Other files are in it, so it stays."
    return UNDONE, None


def _copy(files: ServerFiles, origin: Path, target: Path, step: OrganisedFile) -> None:
    if content_of(files, target) == step.content:
        return
    part = temporary(step)
    part.unlink(missing_ok=True)
    digest = sha256()
    try:
        with files.open(str(origin)) as source, part.open("xb") as copy:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != step.content:
            raise StepRefused("The file that it comes from was changed.")
        if step.how == MOVE:
            shutil.copystat(origin, part)
        _place(part, target)
    finally:
        part.unlink(missing_ok=True)


def _place(part: Path, target: Path) -> None:
    """Give a file its name, unless another has it."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise StepRefused("Another file has its name now.") from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise StepRefused("Another file has its name now.") from None
        os.rename(part, target)


def _move(files: ServerFiles, origin: Path, target: Path, step: OrganisedFile) -> None:
    if os.path.lexists(target):
        if content_of(files, target) != step.content:
            raise StepRefused("Another file has its name now.")
    elif content_of(files, origin) != step.content:
        raise StepRefused("The file was changed or is gone.")
    else:
        try:
            os.link(origin, target)
        except OSError:  # another disk, or a file system without hard links
            _copy(files, origin, target, step)
    if content_of(files, origin) == step.content:
        settle(target.parent)  # its new name is on the disk before the old one goes
        origin.unlink()


def _move_back(files: ServerFiles, origin: Path, target: Path, step: OrganisedFile) -> None:
    there, here = content_of(files, target), content_of(files, origin)
    if there != step.content:
        if not os.path.lexists(target) and here == step.content:
            return  # it was never moved, or is back already
        raise StepRefused("It was changed or taken away since, and stays.")
    if here is None and os.path.lexists(origin):
        raise StepRefused("Something else is where it came from.")
    if here is not None and here != step.content:
        raise StepRefused("Another file is where it came from.")
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


def _link(files: ServerFiles, origin: Path, target: Path, step: OrganisedFile) -> str:
    if os.path.lexists(target):
        if not _is_ours(files, target, step):
            raise StepRefused("Another file has its name now.")
        return SYMBOLIC if target.is_symlink() else HARD
    if content_of(files, origin) != step.content:
        raise StepRefused("The file that it comes from was changed or is gone.")
    try:
        os.link(origin, target)
    except FileExistsError:
        raise StepRefused("Another file has its name now.") from None
    except OSError:  # another disk, or a file system without hard links
        os.symlink(origin, target)
        return SYMBOLIC
    return HARD


def _is_ours(files: ServerFiles, target: Path, step: OrganisedFile) -> bool:
    if target.is_symlink():
        return step.how in (LINK, SYMBOLIC) and os.readlink(target) == step.origin
    return content_of(files, target) == step.content


def _restore_sidecar(files: ServerFiles, target: Path, step: OrganisedFile) -> None:
    if step.content is None:
        return  # it was never begun
    before = None if step.before is None else sha256(step.before).hexdigest()
    now = content_of(files, target)
    if now == before and (now is not None or not os.path.lexists(target)):
        return
    if now != step.content:
        raise StepRefused("It was changed since, and stays.")
    if step.before is None:
        target.unlink()
    else:
        write_sidecar(step.before, step)


def _write(content: bytes, path: Path) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
