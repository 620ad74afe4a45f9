"""What is used counts until it is gone, and no client uses all of it."""

import threading

import pytest

from tenfold.errors import DamagedPicture
from tenfold.web.request_errors import Overloaded
from tenfold.web.security.quotas import CountedBytes, Quota

FULL = "is full"


def quota(limit: int, percent: int = 100) -> Quota:
    return Quota(limit, client_percent=percent, full=FULL)


def test_a_reservation_is_released_once() -> None:
    memory = quota(100)
    with memory.reservation() as one, memory.reservation() as other:
        one.reserve(60)
        other.reserve(30)
        with pytest.raises(Overloaded, match="is full"):
            other.reserve(11)
        one.release(10)
        assert memory.used == 80
    one.release(50)  # a task that ends after its request
    assert memory.used == 0


def test_one_client_has_only_a_part() -> None:
    memory = quota(100, percent=75)
    with (
        memory.reservation(["person 1", "address a"]) as one,
        memory.reservation(["person 2", "address a"]) as other,
    ):
        one.reserve(50)
        with pytest.raises(Overloaded, match="as one client may have"):
            one.reserve(30)
        with pytest.raises(Overloaded, match="as one client may have"):
            other.reserve(30)
        with memory.reservation(["person 3", "address b"]) as third:
            third.reserve(50)
    assert memory.used == 0
    memory.check(["person 1"], 75)


def test_bytes_in_use_count_until_they_were_used() -> None:
    memory = quota(100)
    used, done = threading.Event(), threading.Event()

    def slow(content: bytes) -> int:
        used.set()
        done.wait(5)
        return len(content)

    with memory.reservation() as request:
        request.reserve(60)
        counted = request.attach(b"x" * 60)
        thread = threading.Thread(daemon=True, target=counted.consume, args=(slow,))
        thread.start()
        used.wait(5)
    assert memory.used == 60, "the request has ended, the thread has not"
    done.set()
    thread.join()
    assert memory.used == 0


def test_bytes_that_nobody_used_are_gone_with_their_request() -> None:
    memory = quota(100)
    with memory.reservation() as request:
        request.reserve(100)
        counted, other = request.attach(b"x" * 60), request.attach(b"y" * 40)
        assert other.consume(len) == 40
        assert memory.used == 60
    assert memory.used == 0
    assert counted.gone


def test_an_error_does_not_keep_the_bytes_that_it_is_about() -> None:
    def damaged(content: bytes) -> None:
        try:
            raise ValueError("inner")
        except ValueError as reason:
            raise DamagedPicture("It", "is damaged") from reason

    with pytest.raises(DamagedPicture) as caught:
        CountedBytes(b"x" * 1000, lambda count: None).consume(damaged)
    trace = caught.value.__traceback__
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "damaged" not in frames
    assert caught.value.__cause__ is None
