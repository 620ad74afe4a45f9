"""What watching costs a core beside decoding alone. Knows nothing of what is found.

Processor time is counted, not the clock's: other work on the machine counts little.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from benchmarks.record import SAMPLES, spread
from tenfold.cameras.decoder.load import FrameRateLimit
from tenfold.cameras.decoder.still import Still
from tenfold.cameras.decoder.video import Request, Video, planes
from tenfold.cameras.frames import Frame
from tenfold.cameras.picture import PlanarPicture
from tenfold.cameras.watching import Classify, Options, Watcher

SIZES = {"480p": (854, 480), "1080p": (1920, 1080)}
# Two before a camera that stands, two before one that moves; 24 to 30 frames a second.
CLIPS = (
    "mjz001__conveyor.mp4",
    "Vitgracer__cat.mp4",
    "NishanthIlango__deer.mp4",
    "himanshisharmaa__truck.mp4",
)
ANALYSIS_RATE, TIMES = 5.0, 3
# Levels.
_NOISE = 2.0
# Seconds.
_STILL = 40.0


def resized(clip: Path, to: Path, size: tuple[int, int], *, still: float = 0.0) -> Path:
    """A clip as H.264 of another size, as a camera sends it: a key frame a second, no frames out of order.

    Args:
        still: seconds for which nothing moves: its first picture all the time, with a sensor's noise.
    """
    with av.open(str(clip)) as source, av.open(str(to), "w") as file:
        average = source.streams.video[0].average_rate
        assert average is not None
        rate = round(average)
        stream = file.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"g": str(rate), "preset": "veryfast", "tune": "zerolatency"}
        rgb = (frame.to_ndarray(format="rgb24") for frame in source.decode(video=0))
        shown = (np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_CUBIC), np.uint8) for one in rgb)
        for picture in _noisy(next(shown), round(still * rate)) if still else shown:
            file.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return to


def _noisy(picture: NDArray[np.uint8], count: int) -> Iterator[NDArray[np.uint8]]:
    """A picture so many times, each time with noise that was not there in the seven before."""
    random = np.random.default_rng(1)
    noises = [random.normal(0, _NOISE, picture.shape).astype(np.int16) for _ in range(8)]
    for number in range(count):
        yield np.asarray((picture.astype(np.int16) + noises[number % 8]).clip(0, 255), np.uint8)


def seconds(file: Path, classify: Classify | None) -> tuple[float, int]:
    """Seconds of processor time for a whole clip, and its frames.

    Args:
        classify: with it the clip is watched, at five looks a second; else its frames are only decoded.
    """
    video = Video(Request("file", str(file), file.name, live=False))
    watcher = Watcher(classify, Options(rate=ANALYSIS_RATE)) if classify else None
    gate, still, count = FrameRateLimit(ANALYSIS_RATE), Still(), 0
    began = time.process_time()
    for packet in [*video.packets(), None]:
        for frame in video.decode(packet):
            at, count = video.seconds(frame) or 0.0, count + 1
            if watcher and gate.open(at):
                gate.passed(at)
                if not watcher.idle:
                    still.forget()
                elif still.leaves_out(frame, at):
                    continue
                watcher.process(Frame(_picture(frame), at, count, False))
    if watcher:
        watcher.finish()
    passed = time.process_time() - began
    video.close()
    return passed, count


def _picture(frame: VideoFrame) -> PlanarPicture:
    """As it comes from a decoder's process: its planes, copied."""
    found = planes(frame)
    assert found is not None
    (light, blue, red), standard, full = found
    return PlanarPicture((light.copy(), blue.copy(), red.copy()), standard, full)


def length(file: Path) -> float:
    """Seconds that a clip lasts."""
    with av.open(str(file)) as source:
        assert source.duration is not None
        return source.duration / av.time_base


def rows(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """Frames a second of a core with watching and without, and their ratio, at two sizes."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            moving = [resized(SAMPLES / "clips" / clip, Path(folder) / clip, size) for clip in CLIPS]
            found += _compared(name, moving, f"{len(CLIPS)} clips of 24 to 30 frames a second", classify)
            still = [
                resized(SAMPLES / "clips" / clip, Path(folder) / f"still-{clip}", size, still=_STILL)
                for clip in CLIPS[:2]
            ]
            found += _compared(
                f"{name}, nothing moves", still, f"2 still cameras for {_STILL:g} s, noise added", classify
            )
    return found


def _compared(name: str, files: Sequence[Path], of: str, classify: Classify) -> list[dict[str, str]]:
    """Rows of some clips of one size."""
    watched, alone, ratios, carried = list[float](), list[float](), list[float](), list[float]()
    for file in files:
        pairs = [(seconds(file, None), seconds(file, classify)) for _ in range(TIMES)]
        count = pairs[0][0][1]
        bare, whole = (statistics.median(pair[k][0] for pair in pairs) for k in (0, 1))
        alone.append(count / bare)
        watched.append(count / whole)
        ratios.append(bare / whole)
        carried.append(length(file) / whole)
        print(name, file.name, f"{alone[-1]:.0f} alone, {watched[-1]:.0f} watched", flush=True)
    n = f"{of}, {TIMES} times; load {os.getloadavg()[0]:.0f}"
    return [
        {
            "what": f"{name}, H.264: frames a second of a core, watched at 5 looks a second",
            "value": spread(watched, "frames/s", 0),
            "n": n,
            "peer": f"decoded alone: {spread(alone, 'frames/s', 0)}",
        },
        {
            "what": f"{name}: that beside decoding alone (aim 0.8)",
            "value": spread(ratios, "times", 2),
            "n": n,
            "peer": "",
        },
        {
            "what": f"{name}: cameras that a core carries at 5 looks a second, by that",
            "value": spread(carried, "cameras"),
            "n": of,
            "peer": "without a server's clips and pictures",
        },
    ]
