"""A page's camera: pictures that are handed over, decoded in a process of its own; what may go wrong."""

import threading
import time
from collections.abc import Iterable
from io import BytesIO
from itertools import chain, cycle

import pytest
from PIL import Image

from tenfold.cameras.address import Address
from tenfold.cameras.decoder.pictures import PushedPictures
from tenfold.cameras.sources import Camera
from tests.cameras.made_clips import number_in
from tests.cameras.sources.test_probing import jpegs
from tests.waiting import until


def fed(pushed: PushedPictures) -> Camera:
    return Camera(Address("browser", "desk"), pushed=pushed)


def feeding(pushed: PushedPictures, sent: Iterable[bytes], stop: threading.Event) -> threading.Thread:
    """Sends twenty pictures a second."""

    def run() -> None:
        sender = pushed.begin()
        for jpeg in sent:
            if stop.wait(0.05):
                return
            pushed.put(sender, jpeg)

    thread = threading.Thread(daemon=True, target=run)
    thread.start()
    return thread


@pytest.mark.slow
def test_a_page_s_camera_gives_the_pictures_that_are_sent_and_needs_no_process_while_none_are() -> None:
    pushed = PushedPictures()
    camera, stop, sent = fed(pushed), threading.Event(), jpegs(40)
    frames = camera.frames(stop)
    waiting = threading.Timer(0.6, lambda: threads.append(feeding(pushed, cycle(sent), stop)))
    threads: list[threading.Thread] = []
    waiting.start()
    said: list[str] = []
    threading.Timer(0.4, lambda: said.append(camera.state.faults[0].code)).start()
    frame = next(frames)
    assert said == ["no-sender"]
    assert frame.pixels.shape == (240, 320, 3)
    assert abs(frame.time - time.time()) < 1.0
    numbers = [number_in(next(frames).pixels) for _ in range(5)]
    assert len(set(numbers)) == 5
    assert not camera.state.faults
    assert camera.state.phase == "running"
    stop.set()
    threads[0].join()


@pytest.mark.long
@pytest.mark.slow
def test_a_page_s_camera_says_so_when_nobody_sends_any_more() -> None:
    pushed, stop = PushedPictures(), threading.Event()
    camera = fed(pushed)
    feeding(pushed, jpegs(30), stop)
    got: list[float] = []
    receiving = threading.Thread(
        daemon=True, target=lambda: got.extend(frame.time for frame in camera.frames(stop))
    )
    receiving.start()
    until(lambda: got)
    until(lambda: [fault.code for fault in camera.state.faults] == ["no-sender"])
    assert camera.state.phase == "waiting"
    feeding(pushed, cycle(jpegs(30)), stop)
    until(lambda: camera.state.phase == "running")
    stop.set()
    receiving.join()


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["from the start", "later"])
def test_what_is_no_picture_or_too_large_hurts_nobody(first: bool) -> None:
    large = BytesIO()
    Image.new("RGB", (5000, 5000)).save(large, "JPEG")
    wrong = [b"\xff\xd8\xff no picture", large.getvalue(), jpegs(1)[0][:300]]
    pushed, stop = PushedPictures(), threading.Event()
    camera = fed(pushed)
    good = [] if first else jpegs(30)
    feeding(pushed, chain(good, cycle(wrong)), stop)
    received: list[int] = []
    receiving = threading.Thread(
        daemon=True, target=lambda: received.extend(frame.number for frame in camera.frames(stop))
    )
    receiving.start()
    until(lambda: [fault.code for fault in camera.state.faults] == ["no-video"])
    assert bool(received) is not first
    stop.set()
    receiving.join()


def test_a_newer_sender_replaces_an_older_one_and_only_the_newest_picture_waits() -> None:
    pushed = PushedPictures()
    first = pushed.begin()
    pushed.put(first, b"1")
    pushed.put(first, b"2")
    assert (pushed.take(), pushed.take(), pushed.wait(0)) == (b"2", None, False)
    second = pushed.begin()
    pushed.put(first, b"3")
    assert (pushed.sends(first), pushed.sends(second), pushed.wait(0)) == (False, True, False)
