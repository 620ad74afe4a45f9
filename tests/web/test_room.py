"""What is held is counted until it is gone, and nobody holds all of it."""

import threading

import pytest

from tenfold.errors import DamagedPicture
from tenfold.web.problems import Overloaded
from tenfold.web.room import Held, Room

FULL = "is full"


def room(limit: int, percent: int = 100) -> Room:
    return Room(limit, percent=percent, full=FULL)


def test_a_share_gives_everything_back_once() -> None:
    memory = room(100)
    with memory.share() as one, memory.share() as other:
        one.take(60)
        other.take(30)
        with pytest.raises(Overloaded, match="is full"):
            other.take(11)
        one.give(10)
        assert memory.held == 80
    one.give(50)  # a task that ends after its request
    assert memory.held == 0


def test_one_holder_has_only_a_part() -> None:
    memory = room(100, percent=75)
    with memory.share(["person 1", "address a"]) as one, memory.share(["person 2", "address a"]) as other:
        one.take(50)
        with pytest.raises(Overloaded, match="as one client may have"):
            one.take(30)
        with pytest.raises(Overloaded, match="as one client may have"):
            other.take(30)
        with memory.share(["person 3", "address b"]) as third:
            third.take(50)
    assert memory.held == 0
    memory.check(["person 1"], 75)


def test_bytes_in_use_count_until_they_were_used() -> None:
    memory = room(100)
    used, done = threading.Event(), threading.Event()

    def use(content: bytes) -> int:
        used.set()
        done.wait(5)
        return len(content)

    with memory.share() as share:
        share.take(60)
        held = share.hold(b"x" * 60)
        thread = threading.Thread(target=held.use, args=(use,))
        thread.start()
        used.wait(5)
    assert memory.held == 60, "the request has ended, the thread has not"
    done.set()
    thread.join()
    assert memory.held == 0


def test_bytes_that_nobody_used_are_gone_with_their_request() -> None:
    memory = room(100)
    with memory.share() as share:
        share.take(100)
        held, other = share.hold(b"x" * 60), share.hold(b"y" * 40)
        assert other.use(len) == 40
        assert memory.held == 60
    assert memory.held == 0
    assert held.gone


def test_an_error_does_not_keep_the_bytes_that_it_is_about() -> None:
    def damaged(content: bytes) -> None:
        try:
            raise ValueError("inner")
        except ValueError as reason:
            raise DamagedPicture("It", "is damaged") from reason

    with pytest.raises(DamagedPicture) as caught:
        Held(b"x" * 1000, lambda count: None).use(damaged)
    trace = caught.value.__traceback__
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "damaged" not in frames
    assert caught.value.__cause__ is None
