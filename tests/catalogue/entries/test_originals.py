import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from tenfold.errors import CatalogueError
from tests.fakes import LocalOriginals


@pytest.fixture
def store(tmp_path: Path) -> LocalOriginals:
    return LocalOriginals(tmp_path / "pictures")


def left_over(store: LocalOriginals) -> list[Path]:
    return [one for one in store.root.rglob("*") if one.is_file() and one.name.startswith(".")]


def test_a_content_is_kept_under_its_hash(store: LocalOriginals) -> None:
    key = store.put(b"hello")
    assert key == sha256(b"hello").hexdigest()
    assert store.path(key) == store.root / key[:2] / key[2:4] / key
    assert store.path(key).read_bytes() == b"hello"
    assert (store.has(key), store.has("0" * 64)) == (True, False)
    assert stat.S_IMODE(store.path(key).stat().st_mode) == 0o444
    assert left_over(store) == []


def test_the_same_content_again_leaves_the_file_as_it_is(store: LocalOriginals) -> None:
    key = store.put(b"hello")
    before = store.path(key).stat()
    assert store.put(b"hello") == key
    assert store.path(key).stat().st_ino == before.st_ino


def test_many_at_once_keep_each_content_once(store: LocalOriginals) -> None:
    contents = [bytes([number]) * 1000 for number in range(5)]
    with ThreadPoolExecutor(40) as pool:
        keys = set(pool.map(store.put, contents * 40))
    assert sorted(keys) == list(store.hashes())
    assert not any(store.altered(key) for key in keys)
    assert left_over(store) == []


def test_a_file_and_the_folders_that_name_it_are_settled_before_put_returns(
    store: LocalOriginals, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[str] = []

    def fsync(opened: int) -> None:
        settled.append(Path(os.readlink(f"/proc/self/fd/{opened}")).name)

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs a system that says what a descriptor is")
    monkeypatch.setattr(os, "fsync", fsync)
    key = store.put(b"hello")
    folders = [key[2:4], key[:2], "pictures", store.root.parent.name]
    assert settled[1:] == folders
    # Whoever finds it there does not know whether the other has come to the end.
    settled.clear()
    LocalOriginals(store.root).put(b"hello")
    assert settled == folders
    settled.clear()
    store.put(b"hello")
    assert settled == [key[2:4]]


def test_a_full_disk_is_named_and_nothing_is_left(
    store: LocalOriginals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(opened: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CatalogueError) as caught:
        store.put(b"hello")
    assert str(caught.value) == (
        f"The disk of {store.root} is full; the picture was not added (No space left on device). "
        "Make room, or move the setting home to a larger disk, and add it again."
    )
    assert left_over(store) == []
    assert list(store.hashes()) == []


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file stands in the way")
    with pytest.raises(CatalogueError, match=r"pictures cannot be written; the picture was not added \("):
        LocalOriginals(tmp_path / "pictures").put(b"hello")


def test_what_was_altered_is_found_when_asked(store: LocalOriginals) -> None:
    key = store.put(b"hello")
    store.path(key).chmod(0o644)
    store.path(key).write_bytes(b"jello")
    assert store.altered(key)
    assert store.read(key) == b"jello"


def test_a_file_that_lost_its_end_is_mended_when_the_content_comes_again(store: LocalOriginals) -> None:
    key = store.put(b"hello")
    store.path(key).chmod(0o644)
    store.path(key).write_bytes(b"hel")
    assert store.put(b"hello") == key
    assert store.read(key) == b"hello"


def test_a_missing_original_is_named(store: LocalOriginals) -> None:
    with pytest.raises(CatalogueError, match=r"^The original 000000000000 is missing from the store\. Bring"):
        store.open("0" * 64)
