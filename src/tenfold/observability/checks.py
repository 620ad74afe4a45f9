"""Checks of the machine that a server runs on: folders, disks, clock, rights. Knows no database and no model.

Each check gives a line: ok, off (not used here), warn or fail, in words, and what to do about it.
"""

import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tenfold.files import has_room, temporary

State = Literal["ok", "off", "warn", "fail"]
# File systems on which the locks of SQLite do not hold (https://www.sqlite.org/faq.html#q5).
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs"}
    | {"fuse.s3fs", "fuse.rclone", "davfs", "fuse.davfs2", "lustre", "virtiofs", "prl_fs", "vboxsf"}
)
# The file systems of a container's own layer.
_LAYERS = frozenset({"overlay", "aufs", "fuse.fuse-overlayfs"})
_IN_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
_FULL_SHARE, _FULL_BYTES = 0.05, 1_000_000_000
_SECONDS_AHEAD = 300.0


@dataclass(frozen=True)
class Check:
    """One line.

    Attributes:
        name: of what was looked at, "folder pictures"; the first word is the kind.
        words: what was found.
        cure: what to do about it; empty where there is nothing to do.
    """

    name: str
    state: State
    words: str
    cure: str = ""


def mount_of(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> tuple[str, str]:
    """Where the file system of a folder is mounted, and its type; empty where the system does not say."""
    best = ("", "")
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return best
    path = folder.resolve()
    for line in lines:
        fields, _, rest = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields.split(" ")[4])
        inside = path == Path(point) or Path(point) in path.parents
        if inside and len(point) >= len(best[0]):
            best = (point, rest.split(" ")[0])
    return best


def folder(name: str, path: Path) -> Check:
    """Whether a folder can be written, by writing in it."""
    title, there = f"folder {name}", existing(path)
    if there != path and os.access(there, os.W_OK | os.X_OK):
        return Check(title, "off", f"{path} is not there yet; it is made when it is first needed")
    try:
        with temporary(path / "doctor") as part:
            part.write_bytes(b"tenfold")
            assert part.read_bytes() == b"tenfold"
    except OSError as reason:
        who = f"user {os.getuid()}" if os.name == "posix" else "this user"
        cure = f"Give it to {who}, or name another folder."
        return Check(title, "fail", f"{path} cannot be written: {reason.strerror or reason}", cure)
    return Check(title, "ok", f"{path} can be written")


def disks(folders: Mapping[str, Path]) -> Iterator[Check]:
    """The room on each disk that holds one of the folders."""
    seen = set[int]()
    for name, path in folders.items():
        there = existing(path)
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        usage = shutil.disk_usage(there)
        words = f"{usage.free / 1e9:.1f} of {usage.total / 1e9:.1f} GB are free"
        title, cure = f"disk {name}", "Free some space there."
        if not has_room(there):
            yield Check(title, "fail", f"the disk with {there} is full, or a quota is used up: {words}", cure)
        elif usage.free < min(_FULL_BYTES, _FULL_SHARE * usage.total):
            yield Check(title, "warn", f"the disk with {there} is nearly full: {words}", cure)
        else:
            yield Check(title, "ok", words)


def clock(reference: Path, moment: float | None = None) -> Check:
    """Whether the clock is behind what was written here before."""
    written = reference.stat().st_mtime if reference.exists() else 0.0
    program = Path(__file__).stat().st_mtime
    behind = max(written, program) - (time.time() if moment is None else moment)
    if behind > _SECONDS_AHEAD:
        cure = "Set the clock: sessions, tokens and retention go by it."
        return Check(
            "clock", "fail", f"the clock is {behind / 60:.0f} minutes behind files that are here", cure
        )
    return Check("clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def rights(home: Path, secret: Path) -> Iterator[Check]:
    """Whether others on this machine can read or change what is kept."""
    if os.name != "posix" or not home.is_dir():
        return
    writable = home.stat().st_mode & stat.S_IWOTH
    sticky = home.stat().st_mode & stat.S_ISVTX
    if writable and not sticky and not in_container():
        cure = f"Run: chmod o-w {home}"
        yield Check("rights home", "warn", f"everybody on this machine can change what is in {home}", cure)
    else:
        yield Check("rights home", "ok", f"{home} is not everybody's to change")
    if secret.is_file() and secret.stat().st_mode & stat.S_IROTH:
        cure = f"Run: chmod o-r {secret}"
        yield Check("rights settings", "warn", f"everybody on this machine can read {secret}", cure)


def in_container() -> bool:
    """Whether this runs in a container of Docker or Podman."""
    return any(path.exists() for path in _IN_CONTAINER)


def container(home: Path, *, inside: bool | None = None, kind: str | None = None) -> Check:
    """Whether what is kept outlives the container.

    Args:
        inside, kind: whether this is a container, and home's file system; None: as the system says.
    """
    if not (in_container() if inside is None else inside):
        return Check("container", "off", "this is no container")
    found = mount_of(home)[1] if kind is None else kind
    if found in _LAYERS:
        cure = "Mount a volume there: docker run --volume tenfold:/data ..."
        return Check("container", "fail", f"{home} is in the container's own layer, and goes with it", cure)
    return Check("container", "ok", f"{home} is on a volume ({found or 'of unknown type'})")


def network_disk(database: Path, *, kind: str | None = None) -> Check | None:
    """A line where SQLite's file is on a file system of the network; None where it is not."""
    found = mount_of(existing(database.parent))[1] if kind is None else kind
    if found not in NETWORK:
        return None
    cure = "Put home on a disk of this machine, or keep the tables in PostgreSQL (database_url)."
    words = f"{database} is on a network file system ({found}), where SQLite's locks do not hold"
    return Check("database disk", "fail", words, cure)


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    return next(one for one in (path, *path.parents) if one.exists())
