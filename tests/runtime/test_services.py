"""What is said of a service that failed."""

import errno

from tenfold.runtime.services import describe


def test_a_full_disk_is_said_in_words_and_is_no_fault_in_tenfold() -> None:
    fault = describe(OSError(errno.ENOSPC, "No space left on device", "/data/crops/1.jpg"))
    assert fault.expected
    assert fault.words == (
        "/data/crops/1.jpg cannot be written: its disk is full (No space left on device). "
        "Free some space; it is tried again."
    )


def test_an_error_that_nothing_is_known_of_is_a_fault_in_tenfold() -> None:
    for error in (OSError(errno.EPIPE, "Broken pipe"), KeyError("x")):
        assert not describe(error).expected
