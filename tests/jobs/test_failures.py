"""What the operating system refused a job is told by what it was, with a cure that fits."""

import errno
import os
from pathlib import Path

import pytest

from tenfold.jobs.worker import refused


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "is missing (No such file or directory). Bring it back, or check its path;"),
        (errno.EACCES, "may not be read or written (Permission denied). Give the user that runs tenfold"),
        (errno.ENOSPC, "cannot be written: its disk is full (No space left on device). Free some space;"),
        (errno.EIO, "cannot be read or written: its disk reports an error (Input/output error). Check the"),
        (errno.EROFS, "cannot be written: its disk is read-only (Read-only file system). Mount it"),
        (errno.EMFILE, "cannot be opened: too many files are open (Too many open files). Raise the limit"),
        (errno.EBADF, "could not be read or written (Bad file descriptor). See what the system says of it;"),
    ],
)
def test_each_refusal_has_words_and_a_cure_of_its_own(number: int, words: str) -> None:
    told = refused("Add pets", OSError(number, os.strerror(number), "/photos/cat.jpg"))
    assert str(told).startswith(f"'Add pets': /photos/cat.jpg {words}")


def test_a_refusal_that_names_no_file_names_the_job() -> None:
    told = str(refused("Add pets", OSError(errno.ENOSPC, "No space left on device")))
    assert told.startswith("'Add pets': something that it needs cannot be written: its disk is full")
    assert "(TimeoutError)" in str(refused("Add pets", TimeoutError()))


def test_a_file_s_name_cannot_steer_a_terminal(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        (tmp_path / "a\x1b[31m\n.jpg").open()
    told = str(refused("Add pets", raised.value))
    assert told.isprintable()


def test_the_reason_is_told_to_programs_by_a_code() -> None:
    assert refused("Add pets", OSError(errno.ENOSPC, "No space left on device")).reason == "disk-full"
    assert refused("Add pets", FileNotFoundError(errno.ENOENT, "No such file")).facts()["reason"] == "missing"
    assert refused("Add pets", TimeoutError()).reason == ""
