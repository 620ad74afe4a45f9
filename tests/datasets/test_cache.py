"""Decoded once: what is kept, what makes it stale, and what a kill, a full disk or a broken file does."""

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.datasets.cache import PixelCache, Rows
from tenfold.errors import DamagedPicture, DatasetError
from tests.datasets.making import noisy


def key(name: object) -> bytes:
    return sha256(str(name).encode()).digest()[:16]


class Decoder:
    """Decodes numbers, and counts what it was asked for."""

    def __init__(self, names: list[object], bad: tuple[object, ...] = ()) -> None:
        self.names, self.bad = names, bad
        self.asked: list[object] = []

    def __call__(self, item: int) -> tuple[NDArray[np.uint8], bytes]:
        name = self.names[item]
        self.asked.append(name)
        if name in self.bad:
            raise DamagedPicture(f"{name}.jpg", "is damaged")
        return expected(name), sha256(str(name).encode()).digest()

    def keys(self) -> list[bytes]:
        return [key(name) for name in self.names]


def expected(name: object) -> NDArray[np.uint8]:
    return noisy(sum(str(name).encode()), side=8)


def as_they_come(rows: Rows) -> NDArray[np.int64]:
    return np.arange(len(rows.items))


def backwards(rows: Rows) -> NDArray[np.int64]:
    return np.arange(len(rows.items))[::-1]


def test_the_second_opening_decodes_nothing(tmp_path: Path) -> None:
    cache, decoder = PixelCache(tmp_path / "new" / "cache", "cats", 8), Decoder([*"abcdef"])
    done: list[tuple[int, int]] = []
    first, rows = cache.open(decoder.keys(), decoder, as_they_come, lambda n, total: done.append((n, total)))
    assert sorted(map(str, decoder.asked)) == [*"abcdef"]
    assert done == [(n, 6) for n in range(1, 7)]
    second, again = cache.open(decoder.keys(), decoder, as_they_come)
    assert len(decoder.asked) == 6
    for pictures in (first, second):
        assert isinstance(pictures, np.memmap)
        assert all((pictures[n] == expected(name)).all() for n, name in enumerate("abcdef"))
    assert rows.contents == again.contents
    assert again.pixels == [sha256(expected(name).tobytes()).digest() for name in "abcdef"]


def test_pictures_that_fail_have_no_row_and_their_reasons_are_kept(tmp_path: Path) -> None:
    cache, decoder = PixelCache(tmp_path, "cats", 8), Decoder([*"abcd"], bad=("b", "d"))
    for _ in range(2):
        pictures, rows = cache.open(decoder.keys(), decoder, as_they_come)
        assert rows.items.tolist() == [0, 2]
        assert (pictures[1] == expected("c")).all()
        assert rows.problems == {1: "b.jpg is damaged.", 3: "d.jpg is damaged."}
    assert len(decoder.asked) == 4


def test_only_what_changed_is_decoded_again(tmp_path: Path) -> None:
    cache = PixelCache(tmp_path, "cats", 8)
    first = Decoder([*"abcd"], bad=("d",))
    cache.open(first.keys(), first, backwards)
    changed = Decoder(["a", "B", "c", "d", "e"])
    pictures, rows = cache.open(changed.keys(), changed, as_they_come)
    assert sorted(map(str, changed.asked)) == ["B", "d", "e"]
    assert all((pictures[n] == expected(name)).all() for n, name in enumerate(["a", "B", "c", "d", "e"]))
    assert rows.contents == [sha256(str(name).encode()).digest() for name in changed.names]
    assert len(list(tmp_path.glob("*.pixels"))) == 1


def test_the_rows_lie_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    cache, decoder = PixelCache(tmp_path, "cats", 8), Decoder([*"abc"])

    def sorted_last_first(rows: Rows) -> NDArray[np.int64]:
        return np.argsort(-rows.items)

    for _ in range(2):
        pictures, rows = cache.open(decoder.keys(), decoder, sorted_last_first)
        assert rows.items.tolist() == [2, 1, 0]
        assert (pictures[0] == expected("c")).all()
    assert len(decoder.asked) == 3


def test_what_was_decoded_is_kept_where_the_order_is_refused(tmp_path: Path) -> None:
    cache, decoder = PixelCache(tmp_path, "cats", 8), Decoder([*"abc"])

    def refuse(rows: Rows) -> NDArray[np.int64]:
        raise DatasetError("The class 'b'", "is too small")

    with pytest.raises(DatasetError, match="The class 'b' is too small"):
        cache.open(decoder.keys(), decoder, refuse)
    cache.open(decoder.keys(), decoder, as_they_come)
    assert len(decoder.asked) == 3


def test_changing_the_pictures_in_memory_does_not_change_the_cache(tmp_path: Path) -> None:
    cache, decoder = PixelCache(tmp_path, "cats", 8), Decoder(["a"])
    pictures, _ = cache.open(decoder.keys(), decoder, as_they_come)
    pictures[:] = 0
    assert (cache.open(decoder.keys(), decoder, as_they_come)[0][0] == expected("a")).all()


@pytest.mark.parametrize("broken", ["pixels cut", "pixels gone", "index cut", "index empty", "index other"])
def test_a_cache_that_is_not_whole_is_made_again(tmp_path: Path, broken: str) -> None:
    cache, decoder = PixelCache(tmp_path, "cats", 8), Decoder([*"abc"])
    cache.open(decoder.keys(), decoder, as_they_come)
    what, how = broken.split()
    (path,) = tmp_path.glob(f"*.{what}*")
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": path.read_bytes()[:-7], "empty": b"", "other": b"hello"}[how])
    pictures, _ = cache.open(decoder.keys(), decoder, as_they_come)
    assert (pictures[2] == expected("c")).all()
    assert len(decoder.asked) == 6


def test_nothing_to_decode_is_an_empty_array(tmp_path: Path) -> None:
    decoder = Decoder(["a"], bad=("a",))
    pictures, rows = PixelCache(tmp_path, "cats", 8).open(decoder.keys(), decoder, as_they_come)
    assert pictures.shape == (0, 8, 8, 3)
    assert list(rows.problems) == [0]


KILLED = """
import sys, time
from pathlib import Path
from tests.datasets.test_cache import Decoder, as_they_come
from tenfold.datasets.cache import PixelCache
decoder = Decoder([*"abcdefgh"])
def slow(item):
    if item == 5:
        print("half-way", flush=True)
        time.sleep(60)
    return decoder(item)
PixelCache(Path(sys.argv[1]), "cats", 8).open(decoder.keys(), slow, as_they_come)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_kill_half_way_leaves_the_earlier_state_and_nothing_for_ever(tmp_path: Path) -> None:
    cache, before = PixelCache(tmp_path, "cats", 8), Decoder([*"ab"])
    cache.open(before.keys(), before, as_they_come)
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half-way\n"
        process.send_signal(signal.SIGKILL)
    left = list(tmp_path.glob(".*.tenfold-part"))
    assert left
    cache.open(before.keys(), before, as_they_come)
    assert before.asked == ["a", "b"] or before.asked == ["b", "a"]
    long_ago = time.time() - 7200
    for path in left:
        os.utime(path, (long_ago, long_ago))
    after = Decoder([*"abcdefgh"])
    assert len(cache.open(after.keys(), after, as_they_come)[0]) == 8
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on file sizes")
def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    import resource

    decoder = Decoder(list(range(500)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(DatasetError) as caught:
            PixelCache(tmp_path, "cats", 8).open(decoder.keys(), decoder, as_they_come)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value) == (
        f"The cache of decoded pictures in {tmp_path} cannot be written (File too large). It needs 0.2 MB: "
        "free some space, or move TENFOLD_HOME to another disk."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    decoder = Decoder(["a"])
    with pytest.raises(DatasetError, match=r"The cache of decoded pictures in .* cannot be written"):
        PixelCache(tmp_path / "file" / "cache", "cats", 8).open(decoder.keys(), decoder, as_they_come)
