"""A camera's H.264 is copied for whoever looks: what comes plays, and nobody holds up anybody."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.decoder.process import Segment
from tenfold.cameras.sources import Camera, CopiedVideo
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import number_in, write_clip, write_units
from tests.cameras.ts_camera import sending
from tests.waiting import until

av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
pytestmark = pytest.mark.usefixtures("decoders_find_tests")
Start = Callable[..., RtspServer]
MASK = {"name": "", "corners": [[0, 0], [1, 0], [1, 1]]}


def shown(content: bytes) -> list[np.ndarray[Any, Any]]:
    """The pictures of an MP4 file."""
    with av.open(io.BytesIO(content)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def segments_of(path: Path, count: int, past: int = 0) -> list[Segment]:
    """What is copied of the first packets of a file; `past` of them came before anybody looked."""
    from tenfold.cameras.decoder.fragments import Fragments
    from tenfold.cameras.decoder.recorder import Kept
    from tenfold.cameras.decoder.video import Request, Video

    video = Video(Request("file", str(path), "clip", live=True))
    packets = [one for one in islice(video.packets(), count) if one.video is not None]
    kept = [Kept(packet, 1e6 + number / 25) for number, packet in enumerate(packets)]
    given: list[Segment] = []
    fragments = Fragments(
        video, kept[:past], lambda facts, content: given.append(Segment(content=content, **facts))
    )
    for one in kept[past:]:
        fragments.take(one)
    video.close()
    return given


@pytest.mark.parametrize("name", ["clip.mp4", "clip.ts"], ids=["lengths", "byte stream"])
def test_a_head_and_fragments_are_a_file_that_plays_from_each_key_frame(tmp_path: Path, name: str) -> None:
    head, *fragments = segments_of(write_clip(tmp_path / name), 80, past=30)
    assert head.codec.startswith("avc1.42")
    assert len(head.codec) == len("avc1.42c00d")
    assert not any(one.codec for one in fragments)
    numbers = [number_in(picture) for picture in shown(head.content + b"".join(f.content for f in fragments))]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 70
    keys = [at for at, one in enumerate(fragments) if one.key]
    assert len(keys) == 4
    for at, first in zip(keys, (0, 25, 50, 75), strict=True):
        later = shown(head.content + b"".join(one.content for one in fragments[at:]))
        assert number_in(later[0]) == first
        assert fragments[at].at == pytest.approx(first / 25, abs=0.01)
        assert fragments[at].time == pytest.approx(1e6 + first / 25)


def test_a_fragment_lasts_a_tenth_of_a_second(clip: Path) -> None:
    _, *fragments = segments_of(clip, 100)
    steps = np.diff([one.at for one in fragments])
    assert steps.max() < 0.2


@pytest.mark.slow
def test_a_picture_of_another_size_begins_a_new_file(tmp_path: Path) -> None:
    small, large = (
        write_clip(tmp_path / f"{width}.ts", count=50, width=width, height=height)
        for width, height in ((320, 240), (640, 480))
    )
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    segments = segments_of(both, 100)
    heads = [at for at, one in enumerate(segments) if one.codec]
    assert len(heads) == 2
    assert segments[heads[0]].codec != segments[heads[1]].codec
    first, second = segments[: heads[1]], segments[heads[1] :]
    assert shown(b"".join(one.content for one in first))[-1].shape == (240, 320, 3)
    assert shown(b"".join(one.content for one in second))[0].shape == (480, 640, 3)
    assert second[1].key


def held(*keys: bool, seconds: float = 0.1, size: int = 10) -> CopiedVideo:
    """What has taken a head and such fragments, of at most 100 bytes."""
    video = CopiedVideo(most=100)
    video.take(Segment(b"head", codec="avc1.42c00d"))
    for number, key in enumerate(keys):
        video.take(Segment(b"%d" % number * size, key=key, time=1e6 + number * seconds, at=number * seconds))
    return video


def test_a_new_viewer_begins_with_the_newest_key_frame() -> None:
    part = held(True, False, True, False).after(0)
    assert part is not None
    assert (part.codec, part.content) == ("avc1.42c00d", b"head" + b"2" * 10 + b"3" * 10)
    assert (part.time, part.at) == (1e6 + 0.2, 0.2)


def test_a_viewer_gets_what_follows_and_each_part_once() -> None:
    video = held(True, False)
    part = video.after(0)
    assert part is not None
    assert video.after(part.number) is None
    video.take(Segment(b"next", time=1e6 + 0.2))
    following = video.after(part.number)
    assert following is not None
    assert (following.codec, following.content) == ("", b"next")


def test_a_viewer_that_is_behind_goes_on_with_the_next_key_frame_and_none_is_held_for_it() -> None:
    video = held(True, False)
    slow = video.after(0)
    assert slow is not None
    for number in range(2, 40):
        video.take(Segment(b"%02d" % number * 5, key=number % 5 == 0, time=1e6 + number / 10))
    part = video.after(slow.number)
    assert part is not None
    assert part.content == b"".join(b"%02d" % number * 5 for number in range(35, 40))
    assert part.codec == ""


def test_a_viewer_that_is_seconds_behind_skips_what_is_still_held() -> None:
    video = held(True, False, False, True, False, seconds=1.0)
    part = video.after(2)  # the first fragment was seen
    assert part is not None
    assert part.content == b"3" * 10 + b"4" * 10


def test_where_too_much_came_without_a_key_frame_nobody_new_begins_before_the_next() -> None:
    video = held(True, *[False] * 20)
    assert video.after(0) is None
    assert video.after(21) is not None  # whoever has seen all before goes on
    video.take(Segment(b"key", key=True))
    part = video.after(0)
    assert part is not None
    assert part.content == b"headkey"


def test_another_file_begins_anew_for_everybody() -> None:
    video = held(True, False)
    part = video.after(0)
    assert part is not None
    assert video.goes_on(part.number)
    video.lost()
    assert not video.goes_on(part.number)
    assert video.after(part.number) is None
    video.take(Segment(b"other", codec="avc1.64001e"))
    assert not video.goes_on(part.number)
    video.take(Segment(b"key", key=True))
    following = video.after(part.number)
    assert following is not None
    assert (following.codec, following.content) == ("avc1.64001e", b"otherkey")


class Viewer:
    """Looks at a video: what it got, one file after the other."""

    def __init__(self, video: CopiedVideo) -> None:
        self.video, self.seen = video, 0
        self.files: list[bytes] = []

    def take(self) -> bool:
        part = self.video.after(self.seen)
        if part is not None:
            self.seen = part.number
            if part.codec:
                self.files.append(b"")
            self.files[-1] += part.content
        return part is not None

    def look(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.take()
            time.sleep(0.02)


@contextmanager
def filming(source: str, video: CopiedVideo, **options: Any) -> Iterator[Camera]:
    """A camera whose frames are taken."""
    camera = Camera(parse(source), rate=5, video=video, **options)
    stop = threading.Event()
    thread = threading.Thread(daemon=True, target=lambda: [None for _ in camera.frames(stop)])
    thread.start()
    try:
        yield camera
    finally:
        stop.set()
        thread.join()


@pytest.mark.long
@pytest.mark.slow
def test_a_camera_is_copied_only_while_somebody_looks(rtsp: Start) -> None:
    video = CopiedVideo()
    with filming(rtsp().url, video) as camera:
        until(lambda: camera.state.phase == "running")
        time.sleep(1.0)
        assert video.after(0) is None
        one = Viewer(video)
        with video.viewer():
            began = time.monotonic()
            until(one.take, 5)
            assert time.monotonic() - began < 0.9, "the last key frame was kept"
            one.look(2.0)
            two = Viewer(video)
            assert two.take()
            one.look(1.0)
        numbers = [number_in(picture) for picture in shown(one.files[0])]
        assert len(numbers) > 60
        assert all((after - before) % 100 == 1 for before, after in pairwise(numbers))
        until(lambda: video.after(0) is None)
        time.sleep(0.3)
        assert video.after(one.seen) is None
        with video.viewer():
            one.look(1.5)
        assert len(one.files) == 2
        assert len(shown(one.files[1])) > 15


@pytest.mark.long
@pytest.mark.slow
def test_a_camera_that_comes_back_or_changes_its_picture_begins_a_new_file(
    rtsp: Start, tmp_path: Path
) -> None:
    large = write_clip(tmp_path / "large.mp4", width=640, height=480)
    video, server = CopiedVideo(), rtsp()
    with filming(server.url, video) as camera, video.viewer():
        one = Viewer(video)
        until(one.take)
        one.look(1.0)
        server.say(f"units {write_units(large, tmp_path / 'large.units')}")
        until(lambda: one.take() and len(one.files) == 2)
        one.look(1.0)
        assert shown(one.files[1])[0].shape == (480, 640, 3)
        server.say("drop")
        until(lambda: one.take() and len(one.files) == 3, 30)
        one.look(1.0)
        assert len(shown(one.files[2])) > 10
        assert camera.state.restarts == 1


@pytest.mark.long
@pytest.mark.slow
def test_nothing_is_copied_where_something_is_masked_or_browsers_do_not_play_it(
    rtsp: Start, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        masked, other = CopiedVideo(), CopiedVideo()
        hevc = write_clip(tmp_path / "clip.ts", codec="libx265")
        cameras = [
            stack.enter_context(filming(rtsp().url, masked, masks=[MASK])),
            stack.enter_context(filming(stack.enter_context(sending(hevc)), other)),
        ]
        for video in (masked, other):
            stack.enter_context(video.viewer())
        until(lambda: all(camera.state.phase == "running" for camera in cameras))
        began = time.monotonic()
        while time.monotonic() < began + 4:
            assert masked.after(0) is None
            assert other.after(0) is None
            time.sleep(0.1)
