"""Checks of the machine that a server runs on: folders, disks, clock, rights. Knows no database and no model.

Each check gives a line: ok, off (not used here), warn or fail, by a code whose words `check` has.
"""

import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tenfold.files import existing, has_room, temporary
from tenfold.observability.check import Check, Why
from tenfold.os_errors import in_words

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
    title, there, named = f"folder {name}", existing(path), {"path": str(path)}
    if not there.is_dir():
        return Check(title, "fail", "folder-is-file", {"path": str(there)})
    if there != path and os.access(there, os.W_OK | os.X_OK):
        return Check(title, "off", "folder-later", named)
    try:
        with temporary(path / "doctor") as part:
            part.write_bytes(b"tenfold")
            assert part.read_bytes() == b"tenfold"
    except OSError as reason:
        _, _, words, _, code = in_words(reason)
        user = str(os.getuid()) if os.name == "posix" else os.environ.get("USERNAME", "")
        return Check(title, "fail", "folder-unwritable", named | {"user": user}, [Why(code, words)])
    return Check(title, "ok", "folder-writable", named)


def disks(folders: Mapping[str, Path]) -> Iterator[Check]:
    """The room on each disk that holds one of the folders."""
    seen = set[int]()
    for name, path in folders.items():
        there = existing(path)
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        usage = shutil.disk_usage(there)
        room: dict[str, str | int] = {
            "path": str(there),
            "free_bytes": usage.free,
            "total_bytes": usage.total,
        }
        if not has_room(there):
            yield Check(f"disk {name}", "fail", "disk-full", room)
        elif usage.free < min(_FULL_BYTES, _FULL_SHARE * usage.total):
            yield Check(f"disk {name}", "warn", "disk-low", room)
        else:
            yield Check(f"disk {name}", "ok", "disk-room", room)


def clock(reference: Path, moment: float | None = None) -> Check:
    """Whether the clock is behind what was written here before."""
    written = reference.stat().st_mtime if reference.exists() else 0.0
    program = Path(__file__).stat().st_mtime
    behind = max(written, program) - (time.time() if moment is None else moment)
    if behind > _SECONDS_AHEAD:
        return Check("clock", "fail", "clock-behind", {"minutes": round(behind / 60)})
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return Check("clock", "ok", "clock-right", {"moment": now})


def rights(home: Path, secret: Path) -> Iterator[Check]:
    """Whether others on this machine can read or change what is kept."""
    if os.name != "posix" or not home.is_dir():
        return
    writable = home.stat().st_mode & stat.S_IWOTH
    sticky = home.stat().st_mode & stat.S_ISVTX
    if writable and not sticky and not in_container():
        yield Check("rights home", "warn", "home-open", {"path": str(home)})
    else:
        yield Check("rights home", "ok", "home-closed", {"path": str(home)})
    if secret.is_file() and secret.stat().st_mode & stat.S_IROTH:
        yield Check("rights settings", "warn", "settings-open", {"path": str(secret)})


def in_container() -> bool:
    """Whether this runs in a container of Docker or Podman."""
    return any(path.exists() for path in _IN_CONTAINER)


def container(home: Path, *, inside: bool | None = None, kind: str | None = None) -> Check:
    """Whether what is kept outlives the container.

    Args:
        inside, kind: whether this is a container, and home's file system; None: as the system says.
    """
    if not (in_container() if inside is None else inside):
        return Check("container", "off", "no-container")
    found = mount_of(home)[1] if kind is None else kind
    if found in _LAYERS:
        return Check("container", "fail", "container-layer", {"path": str(home)})
    return Check("container", "ok", "container-volume", {"path": str(home), "type": found or "?"})


def network_disk(database: Path, *, kind: str | None = None) -> Check | None:
    """A line where SQLite's file is on a file system of the network; None where it is not."""
    found = mount_of(existing(database.parent))[1] if kind is None else kind
    if found not in NETWORK:
        return None
    return Check("database disk", "fail", "network-disk", {"path": str(database), "type": found})
