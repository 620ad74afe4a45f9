"""Real disks that are small, so that tests can fill them."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of `size` ("3m") at `place`; skips the test where this user may not mount one."""
    with _mounted(place, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield place


@contextlib.contextmanager
def bound(place: Path, seen: Path) -> Iterator[Path]:
    """A folder or file that is seen at `place` too; skips the test where this user may not mount it."""
    if seen.is_file():
        place.touch()
    with _mounted(place, "--bind", str(seen)):
        yield place


@contextlib.contextmanager
def _mounted(place: Path, *what: str) -> Iterator[None]:
    if not place.is_file():
        place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", *what, str(place)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("needs the right to mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def enlarge(disk: Path, size: str = "200m") -> None:
    """Give a small disk another size."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def fill(place: Path) -> Path:
    """Leave no room on the disk of a folder; the file to delete to have some again."""
    filling = place / "filling"
    with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filling
