"""What a machine may have wrong, one thing at a time."""

import os
import sys
import time
from pathlib import Path

import pytest

from tenfold.observability import checks

MOUNTS = """\
22 1 0:20 / / rw - overlay overlay rw
30 22 8:1 / /data rw - ext4 /dev/sda1 rw
31 30 0:50 / /data/on\\040the\\040net rw - nfs4 server:/x rw
"""


def test_a_folder_is_written_to_find_out(tmp_path: Path) -> None:
    assert checks.folder("home", tmp_path).state == "ok"
    assert list(tmp_path.iterdir()) == []
    assert checks.folder("clips", tmp_path / "a" / "clips").state == "off"


def test_a_folder_that_is_a_file_or_read_only_fails(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    found = checks.folder("home", file)
    assert found.state == "fail"
    assert found.cure


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_mount_of_a_folder_is_the_nearest_one(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert checks.mount_of(Path("/data/pictures"), mounts) == ("/data", "ext4")
    assert checks.mount_of(Path("/data/on the net/x"), mounts) == ("/data/on the net", "nfs4")
    assert checks.mount_of(Path("/database"), mounts) == ("/", "overlay")
    assert checks.mount_of(Path("/data"), tmp_path / "none") == ("", "")


@pytest.mark.parametrize(("kind", "state"), [("nfs4", "fail"), ("cifs", "fail"), ("fuse.sshfs", "fail")])
def test_sqlite_on_a_network_disk_fails(tmp_path: Path, kind: str, state: str) -> None:
    found = checks.network_disk(tmp_path / "tenfold.db", kind=kind)
    assert found is not None
    assert found.state == state
    assert "PostgreSQL" in found.cure
    assert checks.network_disk(tmp_path / "tenfold.db", kind="ext4") is None


@pytest.mark.parametrize(
    ("inside", "kind", "state"), [(False, "overlay", "off"), (True, "overlay", "fail"), (True, "xfs", "ok")]
)
def test_the_layer_of_a_container_is_no_place_for_data(
    tmp_path: Path, inside: bool, kind: str, state: str
) -> None:
    assert checks.container(tmp_path, inside=inside, kind=kind).state == state


def test_a_clock_behind_what_was_written_fails(tmp_path: Path) -> None:
    file = tmp_path / "tenfold.db"
    file.touch()
    assert checks.clock(file).state == "ok"
    assert checks.clock(file, time.time() - 86_400).state == "fail"
    ahead = time.time() + 3600
    os.utime(file, (ahead, ahead))
    assert checks.clock(file).state == "fail"


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_what_everybody_may_read_or_change_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "in_container", lambda: False)
    secret = tmp_path / "tenfold.toml"
    secret.write_text("")
    secret.chmod(0o644)
    tmp_path.chmod(0o777)
    assert [one.state for one in checks.rights(tmp_path, secret)] == ["warn", "warn"]
    secret.chmod(0o600)
    tmp_path.chmod(0o700)
    assert [one.state for one in checks.rights(tmp_path, secret)] == ["ok"]


def test_folders_of_one_disk_have_one_line(tmp_path: Path) -> None:
    found = list(checks.disks({"home": tmp_path, "clips": tmp_path / "clips"}))
    assert [one.name for one in found] == ["disk home"]


def test_a_full_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "has_room", lambda folder: False)
    assert [one.state for one in checks.disks({"home": tmp_path})] == ["fail"]
