"""What watching costs a core beside decoding alone. Knows nothing of what is found.

Processor time is counted, not the clock's: other work on the machine counts little.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from benchmarks.record import SAMPLES, spread
from tenfold.cameras.decoder.load import Gate
from tenfold.cameras.decoder.video import Request, Video, pixels
from tenfold.cameras.frames import Frame
from tenfold.cameras.watching import Classify, Options, Watcher

SIZES = {"480p": (854, 480), "1080p": (1920, 1080)}
# Two before a camera that stands, two before one that moves; 24 to 30 frames a second.
CLIPS = (
    "mjz001__conveyor.mp4",
    "Vitgracer__cat.mp4",
    "NishanthIlango__deer.mp4",
    "himanshisharmaa__truck.mp4",
)
LOOKS, TIMES = 5.0, 3


def resized(clip: Path, to: Path, size: tuple[int, int]) -> Path:
    """A clip as H.264 of another size, as a camera sends it: a key frame a second, no frames out of order."""
    with av.open(str(clip)) as source, av.open(str(to), "w") as file:
        rate = source.streams.video[0].average_rate
        assert rate is not None
        stream = file.add_stream("libx264", rate=round(rate))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"g": str(round(rate)), "preset": "veryfast", "tune": "zerolatency"}
        for frame in source.decode(video=0):
            picture = cv2.resize(frame.to_ndarray(format="rgb24"), size, interpolation=cv2.INTER_CUBIC)
            file.mux(stream.encode(VideoFrame.from_ndarray(np.asarray(picture, np.uint8), format="rgb24")))
        file.mux(stream.encode())
    return to


def seconds(file: Path, classify: Classify | None) -> tuple[float, int]:
    """Seconds of processor time for a whole clip, and its frames.

    Args:
        classify: with it the clip is watched, at five looks a second; else its frames are only decoded.
    """
    video = Video(Request("file", str(file), file.name, live=False))
    watcher = Watcher(classify, Options(rate=LOOKS)) if classify else None
    gate, count = Gate(LOOKS), 0
    began = time.process_time()
    for packet in [*video.packets(), None]:
        for frame in video.decode(packet):
            at, count = video.seconds(frame) or 0.0, count + 1
            if watcher and gate.open(at):
                gate.passed(at)
                watcher.look(Frame(pixels(frame), at, count, False))
    if watcher:
        watcher.finish()
    passed = time.process_time() - began
    video.close()
    return passed, count


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
            watched, alone, ratios, carried = list[float](), list[float](), list[float](), list[float]()
            for clip in CLIPS:
                file = resized(SAMPLES / "clips" / clip, Path(folder) / clip, size)
                pairs = [(seconds(file, None), seconds(file, classify)) for _ in range(TIMES)]
                count = pairs[0][0][1]
                bare, whole = (statistics.median(pair[k][0] for pair in pairs) for k in (0, 1))
                alone.append(count / bare)
                watched.append(count / whole)
                ratios.append(bare / whole)
                carried.append(length(file) / whole)
                print(name, clip, f"{alone[-1]:.0f} alone, {watched[-1]:.0f} watched", flush=True)
            load = os.getloadavg()[0]
            n = f"{len(CLIPS)} clips of 24 to 30 frames a second, {TIMES} times; load {load:.0f}"
            found += [
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
                    "n": f"{len(CLIPS)} clips",
                    "peer": "without a server's clips and pictures",
                },
            ]
    return found
