"""Writes clips of a stream in the decoder's process: the newest packets are kept, so that a clip has a past.

Packets of H.264 are copied as they are; all else, and whatever has parts that must not be stored, is encoded
to H.264. A clip begins with a key frame, and ends where the stream changes its parameters, such as the size
of its picture: another one goes on. While it is written it is a fragmented MP4 file, which plays as far
as it came whatever ends this process; then it is written again with its index in front, so that it can be
sought in. Knows nothing of events.
"""

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import av

from tenfold.cameras.decoder.clip_files import Copied, Encoded, make_seekable
from tenfold.cameras.decoder.parameters import parameters_in
from tenfold.cameras.decoder.video import Packet, Video
from tenfold.files import replacing
from tenfold.os_errors import in_words

if TYPE_CHECKING:
    from tenfold.cameras.zones import Zone

# The most bytes of kept packets.
_MOST_BYTES = 64 << 20
# Seconds for encoding after each packet; the next frame waits meanwhile.
_ENCODING_SECONDS = 0.03
_SECONDS_BETWEEN_REPORTS = 2.0
# Seconds for finishing open clips when a stream ends.
_SECONDS_TO_END, _MOMENT = 10.0, 0.02


@dataclass(frozen=True)
class Kept:
    """A packet of the video and when it arrived, in Unix time."""

    packet: Packet
    time: float

    @property
    def bytes(self) -> int:
        return self.packet.video.size if self.packet.video is not None else 0


class NewestPackets:
    """The packets of the last seconds at least, from a key frame on, within `most` bytes."""

    def __init__(self, seconds: float, most: int = _MOST_BYTES) -> None:
        self._seconds, self._most = seconds, most
        self._groups: deque[list[Kept]] = deque()
        self._bytes = 0

    def add(self, kept: Kept) -> None:
        if kept.packet.key:
            self._groups.append([])
        if not self._groups:
            return
        self._groups[-1].append(kept)
        self._bytes += kept.bytes
        while len(self._groups) > 1 and (
            kept.time - self._groups[1][0].time >= self._seconds or self._bytes > self._most
        ):
            self._bytes -= sum(one.bytes for one in self._groups.popleft())
        if (
            self._bytes > self._most
        ):  # one group alone: what follows its beginning cannot be decoded without it
            self.forget()

    def shift(self, seconds: float) -> None:
        """The clock was set: correct the arrival times of the kept packets."""
        groups = ([replace(one, time=one.time + seconds) for one in group] for group in self._groups)
        self._groups = deque(groups)

    def forget(self) -> None:
        """Drop the kept packets: they do not belong with later ones."""
        self._groups.clear()
        self._bytes = 0

    def since(self, moment: float) -> list[Kept]:
        """From the last key frame at or before a moment on; from the first where there is none."""
        groups = list(self._groups)
        while len(groups) > 1 and groups[1][0].time <= moment:
            groups.pop(0)
        return [one for group in groups for one in group]


class ClipWriter(Protocol):
    """Writes one file."""

    def write(self, packet: Packet, seconds: float) -> None:
        """Take a packet that arrived `seconds` after the first."""

    def close(self) -> None:
        """Complete the file."""


@dataclass
class _Clip:
    """A clip that is written.

    Attributes:
        until: it ends with the first packet after this, in Unix time.
        first, last: of the packets that were written, in Unix time.
        head: bytes of the file before its first fragment; 0: not known yet.
        whole: bytes of the file up to its last whole fragment.
        cut: it ends because what comes is another kind of picture.
    """

    number: int
    file: Path
    until: float
    pending: deque[Kept] = field(default_factory=deque)
    writer: ClipWriter | None = None
    first: float = 0.0
    last: float = 0.0
    head: int = 0
    whole: int = 0
    ending: bool = False
    cut: bool = False


class StreamRecorder:
    """Writes the clips of one stream.

    Args:
        seconds: how much of the past a clip may have.
        masks: parts of the picture that are never stored.
        report: is told the state of each clip.
    """

    def __init__(
        self,
        video: Video,
        seconds: float,
        masks: "Sequence[Zone]",
        report: Callable[[dict[str, Any]], None],
    ) -> None:
        self._video, self._masks, self._report = video, masks, report
        self._newest = NewestPackets(seconds)
        self._clips: dict[int, _Clip] = {}
        self._finished: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._finishing = 0
        self._reported = 0.0
        self._parameters = b""

    @property
    def newest(self) -> list[Kept]:
        """What arrived since the last key frame, that one first."""
        return self._newest.since(float("inf"))

    @property
    def copies(self) -> bool:
        """Whether packets may be passed on as they are: nothing is masked, and every browser plays them."""
        return not self._masks and self._video.plays_everywhere

    def order(self, order: dict[str, Any]) -> None:
        """Begin a clip (`file`, `since`, `until`), or change its end (`until`)."""
        number = int(order["clip"])
        if "file" in order:
            clip = _Clip(number, Path(order["file"]), float(order["until"]))
            clip.pending.extend(self._newest.since(float(order["since"])))
            self._clips[number] = clip
        elif number in self._clips:
            self._clips[number].until = float(order["until"])

    def take(self, kept: Kept) -> None:
        """A packet of the video arrived."""
        if kept.packet.key and self.copies:
            self._compare(parameters_in(kept.packet))
        self._newest.add(kept)
        for clip in self._clips.values():
            if clip.ending:
                continue
            if kept.time > clip.until:
                clip.ending = True
            elif clip.writer or clip.pending or kept.packet.key:
                clip.pending.append(kept)

    def _compare(self, parameters: bytes) -> None:
        """Where the stream changed its parameters each clip ends, and what came goes into no other."""
        if not parameters or parameters == self._parameters:
            return
        before, self._parameters = self._parameters, parameters
        if before:
            self._newest.forget()
            for clip in self._clips.values():
                clip.cut = clip.ending = True

    def clock_set(self, seconds: float) -> None:
        """The computer's clock was set so much forward: each clip ends here, as its end is by the old one."""
        self._newest.shift(seconds)
        for clip in self._clips.values():
            clip.ending = True

    def work(self) -> None:
        """Write what is pending, as far as there is time for it, and report."""
        until = time.monotonic() + _ENCODING_SECONDS
        for clip in list(self._clips.values()):
            try:
                self._write(clip, until)
            except (OSError, ValueError, av.FFmpegError) as error:
                self._failed(clip, error)
        while not self._finished.empty():
            self._report(self._finished.get())
            self._finishing -= 1
        if time.monotonic() - self._reported >= _SECONDS_BETWEEN_REPORTS:
            self._reported = time.monotonic()
            for clip in self._clips.values():
                if clip.writer:
                    self._report(_facts(clip) | {"bytes": _size(clip.file)})

    def end(self, goes_on: Callable[[], None]) -> None:
        """End every clip and finish its file, as the stream ended. goes_on: called often meanwhile."""
        for clip in self._clips.values():
            clip.ending = True
        until = time.monotonic() + _SECONDS_TO_END
        while (self._clips or self._finishing) and time.monotonic() < until:
            self.work()
            goes_on()
            time.sleep(_MOMENT)

    def close(self) -> None:
        """End every clip where it is: this process ends, and is killed where that takes long."""
        for clip in self._clips.values():
            if clip.writer:
                with suppress(OSError, ValueError, av.FFmpegError):
                    clip.writer.close()
                    _make_seekable(clip.file)
        self._clips.clear()

    def _write(self, clip: _Clip, until: float) -> None:
        copied = self.copies
        while clip.pending and (copied or time.monotonic() < until):
            kept = clip.pending.popleft()
            if clip.writer is None:
                clip.writer = self._writer(clip.file)
                clip.first = kept.time
            clip.writer.write(kept.packet, kept.time - clip.first)
            clip.last = kept.time
            clip.whole = _size(clip.file)
            clip.head = clip.head or clip.whole
        if sum(one.bytes for one in clip.pending) > _MOST_BYTES:
            # Encoding falls behind for good: what lies before the next key frame is left out.
            clip.pending.popleft()
            while clip.pending and not clip.pending[0].packet.key:
                clip.pending.popleft()
        if clip.ending and not clip.pending:
            del self._clips[clip.number]
            if clip.writer is None:
                self._report({"clip": clip.number, "state": "failed", "problem": "no key frame came"})
                return
            clip.writer.close()
            self._report(_facts(clip) | {"bytes": _size(clip.file), "cut": clip.cut})
            self._finish(clip.number, clip.file)

    def _writer(self, file: Path) -> ClipWriter:
        if self.copies:
            return Copied(file, self._video.stream, parameters=self._parameters)
        return Encoded(file, self._video.context, self._masks)

    def _failed(self, clip: _Clip, error: Exception) -> None:
        del self._clips[clip.number]
        if clip.writer:
            with suppress(OSError, ValueError, av.FFmpegError):
                clip.writer.close()
        refused = in_words(error) if isinstance(error, OSError) and error.errno else None
        told = {
            "clip": clip.number,
            "state": "failed",
            "problem": refused.received if refused else type(error).__name__,
            "reason": refused.reason if refused else "",
        }
        self._report(told | ({"bytes": clip.whole} if _cut_to_what_plays(clip) else {}))

    def _finish(self, number: int, file: Path) -> None:
        """Make a file seekable, beside the decoding."""

        def run() -> None:
            facts: dict[str, Any] = {"clip": number, "state": "whole"}
            # A file that is in no state to be read stays as it is.
            with suppress(OSError, ValueError, av.FFmpegError):
                _make_seekable(file)
            self._finished.put(facts | {"bytes": _size(file)})

        self._finishing += 1
        threading.Thread(target=run, daemon=True).start()


def _facts(clip: _Clip) -> dict[str, Any]:
    return {"clip": clip.number, "state": "writing", "start": clip.first, "end": clip.last}


def _make_seekable(file: Path) -> None:
    """Write a file again, so that it can be sought in. It is whole at every moment."""
    with replacing(file, make_folder=False) as other:
        make_seekable(file, other)


def _cut_to_what_plays(clip: _Clip) -> bool:
    """Take half a fragment from a file's end, which is where the disk was full; whether any is left."""
    plays = clip.whole > clip.head
    with suppress(OSError):
        if plays:
            os.truncate(clip.file, clip.whole)
        else:
            clip.file.unlink()
    return plays


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
