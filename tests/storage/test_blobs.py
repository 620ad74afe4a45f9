"""Every blob store keeps the same promises."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tenfold.storage import BlobStore, LocalStore, MemoryStore
from tests.environment.disks import small_disk


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return LocalStore(tmp_path / "blobs") if request.param == "local" else MemoryStore()


def read(store: BlobStore, key: str) -> bytes:
    with store.open(key) as file:
        return file.read()


def test_a_blob_comes_back_as_it_was_put(store: BlobStore) -> None:
    store.put("ab/cd/one.jpg", b"\0\1\2" * 1000)
    assert read(store, "ab/cd/one.jpg") == b"\0\1\2" * 1000
    assert store.size("ab/cd/one.jpg") == 3000


def test_a_blob_takes_the_place_of_an_older_one(store: BlobStore) -> None:
    store.put("one", b"old")
    with store.open("one") as reader:
        store.put("one", b"new one")
        assert reader.read() == b"old"  # a reader keeps what it opened
    assert read(store, "one") == b"new one"


def test_when_a_blob_was_changed_is_told_and_stays(store: BlobStore) -> None:
    assert store.facts("one") is None
    store.put("one", b"old")
    before = store.facts("one")
    assert before is not None
    assert before.size == 3
    assert store.facts("one") == before
    time.sleep(0.02)  # more than the least difference that a disk notes
    store.put("one", b"new")
    after = store.facts("one")
    assert after is not None
    assert after.changed_ns > before.changed_ns


def test_a_blob_named_by_its_content_is_written_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put("one", b"content", immutable=True)
    before = (tmp_path / "one").stat()
    store.put("one", b"content", immutable=True)
    assert (tmp_path / "one").stat().st_ino == before.st_ino
    (tmp_path / "one").unlink()
    (tmp_path / "one").write_bytes(b"cut")
    store.put("one", b"content", immutable=True)
    assert read(store, "one") == b"content"


def test_what_is_not_there_is_said_to_be_missing(store: BlobStore) -> None:
    assert store.size("none") is None
    with pytest.raises(FileNotFoundError):
        store.open("none")
    with pytest.raises(FileNotFoundError), store.local_copy("none"):
        pass
    store.delete("none")
    assert list(store.all_keys()) == []


def test_a_file_becomes_a_blob(store: BlobStore, tmp_path: Path) -> None:
    file = tmp_path / ".written"
    for content in (b"old", b"content"):
        file.write_bytes(content)
        store.put_file("ab/one", file)
        assert not file.exists()
        assert read(store, "ab/one") == content
    with pytest.raises(FileNotFoundError):
        store.put_file("ab/one", file)
    assert read(store, "ab/one") == b"content"
    store.put("ab/one", b"replaced")
    assert list(store.all_keys()) == ["ab/one"]


def test_a_file_becomes_a_blob_of_a_local_store_without_a_copy(tmp_path: Path) -> None:
    file = tmp_path / ".written"
    file.write_bytes(b"content")
    number = file.stat().st_ino
    LocalStore(tmp_path).put_file("one", file)
    assert (tmp_path / "one").stat().st_ino == number
    assert (tmp_path / "one").stat().st_mode & 0o222 == 0


def test_a_file_of_another_disk_becomes_a_blob_of_a_local_store(tmp_path: Path) -> None:
    file = tmp_path / "written"
    with small_disk(tmp_path / "disk", "1m") as disk:
        for content in (b"old", b"content"):
            file.write_bytes(content)
            os.utime(file, ns=(10**18, 10**18))
            LocalStore(disk).put_file("ab/one", file)
            assert not file.exists()
            assert read(LocalStore(disk), "ab/one") == content
            assert (disk / "ab" / "one").stat().st_mtime_ns == 10**18
            assert (disk / "ab" / "one").stat().st_mode & 0o222 == 0
        assert list((disk / "ab").iterdir()) == [disk / "ab" / "one"]
        file.write_bytes(bytes(2_000_000))
        with pytest.raises(OSError, match="No space left"):
            LocalStore(disk).put_file("ab/one", file)
        assert file.stat().st_size == 2_000_000
        assert read(LocalStore(disk), "ab/one") == b"content"


def test_a_deleted_blob_is_gone(store: BlobStore) -> None:
    store.put("a/one", b"1")
    store.put("a/two", b"2")
    store.delete("a/one")
    assert list(store.all_keys()) == ["a/two"]
    assert store.size("a/one") is None


def test_keys_come_sorted(store: BlobStore) -> None:
    for key in ("b/2", "a", "b/1", "c/d/e"):
        store.put(key, b"")
    assert list(store.all_keys()) == ["a", "b/1", "b/2", "c/d/e"]


def test_keys_of_a_folder_are_those_in_it(store: BlobStore) -> None:
    for key in ("1/b", "1/a/x", "10/a", "2"):
        store.put(key, b"")
    assert list(store.all_keys("1")) == ["1/a/x", "1/b"]
    assert list(store.all_keys("1/a")) == ["1/a/x"]
    assert list(store.all_keys("3")) == []


def test_what_others_put_into_a_local_store_s_folder_is_no_blob(tmp_path: Path) -> None:
    LocalStore(tmp_path).put("a/one", b"")
    (tmp_path / "a" / "a holiday.jpg").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert list(LocalStore(tmp_path).all_keys()) == ["a/one"]


def test_a_local_copy_is_a_file_with_the_content(store: BlobStore) -> None:
    store.put("ab/model.onnx", b"content")
    with store.local_copy("ab/model.onnx") as path:
        assert path.name == "model.onnx"
        assert path.read_bytes() == b"content"
    assert read(store, "ab/model.onnx") == b"content"


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../up", "a/../b", "a//b", ".hidden", "a/.b", "a b", "a\0b", "a/"]
)
def test_no_key_leads_out_of_the_store(store: BlobStore, key: str) -> None:
    with pytest.raises(AssertionError):
        store.put(key, b"")


def test_many_threads_may_put_the_same_blob(store: BlobStore) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]
    threads = [threading.Thread(daemon=True, target=store.put, args=("one", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(store, "one") in contents
    assert list(store.all_keys()) == ["one"]


def test_a_failed_put_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.put("one", b"old")

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        store.put("one", b"new")
    assert read(store, "one") == b"old"
    assert os.listdir(tmp_path) == ["one"]


def test_a_killed_put_leaves_no_half_blob(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from tenfold.storage import LocalStore; "
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL); "
        "LocalStore(Path(sys.argv[1])).put('one', b'x' * 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert list(LocalStore(tmp_path).all_keys()) == []
    assert LocalStore(tmp_path).size("one") is None


def test_files_of_a_local_store_cannot_be_written_by_other_programs(tmp_path: Path) -> None:
    LocalStore(tmp_path).put("one", b"content")
    assert (tmp_path / "one").stat().st_mode & 0o222 == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs the right to become another user"
)
def test_a_user_without_rights_over_others_files_can_put_and_replace(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    code = (
        "import os; from pathlib import Path; from tenfold.storage import LocalStore; os.setuid(65534); "
        "store = LocalStore(Path('blobs')); [store.put('ab/one', content) for content in (b'1', b'2')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert read(LocalStore(tmp_path / "blobs"), "ab/one") == b"2"
