"""Files that are whole at every moment: the order of the calls, and real kills."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenfold import files
from tenfold.files import private_mode, read_whole, replacing, temporary, write_whole

OLD, NEW = b"old" * 1000, b"new" * 100_000


def test_the_whole_content_takes_the_place(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.bin"
    assert write_whole(path, NEW) == len(NEW)
    assert write_whole(path, iter([b"a", b"", b"bc"])) == 3
    assert path.read_bytes() == b"abc"
    assert os.listdir(path.parent) == ["a.bin"]


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be synced")
def test_content_is_on_the_disk_before_its_name_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        at = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        calls.append("sync folder" if at == tmp_path else f"sync {at.stat().st_size}")
        fsync(descriptor)

    def replaced(part: Path, path: Path) -> None:
        calls.append("replace")
        assert part.parent == path.parent
        replace(part, path)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write_whole(tmp_path / "a", NEW)
    assert calls == [f"sync {len(NEW)}", "replace", "sync folder"]


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be synced")
def test_every_folder_that_is_made_is_on_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[Path] = set()
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.add(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    write_whole(tmp_path / "a" / "b" / "c", NEW)
    assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b"} <= synced


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def cut() -> Iterator[bytes]:
        yield NEW
        if failing == "write":
            full()

    path = tmp_path / "a"
    path.write_bytes(OLD)
    if failing != "write":
        monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, cut())
    assert os.listdir(tmp_path) == ["a"]
    assert path.read_bytes() == OLD


@pytest.mark.skipif(os.name != "posix", reason="needs rights")
def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    with replacing(tmp_path / "key", mode=0o600) as part:
        assert part.stat().st_mode & 0o777 == 0o600
        part.write_bytes(b"x")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_temporary_file_is_gone_however_its_use_ends(tmp_path: Path) -> None:
    def fail() -> None:
        with temporary(tmp_path / "upload") as path:
            assert path.parent == tmp_path
            assert path.stat().st_size == 0
            path.write_bytes(NEW)
            raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        fail()
    assert os.listdir(tmp_path) == []


_WRITER = """
import sys
from pathlib import Path
from tenfold.files import write_whole
kinds = [b"old", b"new"]
print("begun", flush=True)
for number in range(10**9):
    write_whole(Path(sys.argv[1]), (kinds[number % 2] * 1000 for _ in range(300)))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_at_any_moment_it_is_the_old_or_the_new_and_the_litter_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old" * 300_000)
    for number in range(8):
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.02 + number * 0.013)
            writer.send_signal(signal.SIGKILL)
        assert path.read_bytes() in (b"old" * 300_000, b"new" * 300_000)
    monkeypatch.setattr(files, "_ABANDONED_SECONDS", -1)
    write_whole(path, b"x")
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("folder", "expected"), [(0o700, 0o600), (0o755, 0o600), (0o770, 0o660), (0o777, 0o660)]
)
def test_a_file_with_secrets_is_its_group_s_only_in_a_folder_that_is_its_group_s(
    tmp_path: Path, folder: int, expected: int
) -> None:
    tmp_path.chmod(folder)
    assert private_mode(tmp_path) == expected


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_a_pipe_a_device_or_a_folder_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "null").symlink_to(os.devnull)
    (tmp_path / "folder").mkdir()
    for name, words in (
        ("pipe", "not a plain file"),
        ("null", "not a plain file"),
        ("folder", "Is a directory"),
    ):
        with pytest.raises(OSError, match=words):
            write_whole(tmp_path / name, b"x")
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "null").is_char_device()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "null", "pipe"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_a_pipe_or_a_device_is_not_read_as_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OSError, match="not a plain file"):
            read_whole(path)
    (tmp_path / "file").write_bytes(b"x")
    assert read_whole(tmp_path / "file") == b"x"
