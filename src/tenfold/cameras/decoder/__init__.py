"""Decoding of one source in a process of its own. Knows nothing of what the frames are for.

    process.py   Decoder: the process as its parent sees it, watched from outside
    pictures.py  PushedPictures: what a page sends, until the process takes it
    memory.py    FrameMemory: frames pass through memory that both share
    child.py     what runs in the process
    video.py     a stream or file, opened by PyAV; pushed.py: pictures that the parent hands over
    recorder.py  clips of a live stream, with a past; clip_files.py: their files
    finishing.py those whose writer was killed
    fragments.py the video of a live stream, copied for its viewers; parameters.py: those of H.264
    load.py      which frames of a live stream are decoded; still.py: which of them show nothing new
    faults.py    what is wrong with a stream that runs
    refusals.py  why a source cannot be opened, in words

Only child.py, video.py, still.py, pushed.py, recorder.py, clip_files.py, fragments.py, parameters.py and
refusals.py import PyAV, and only they run in the process.
"""

from tenfold.cameras.decoder.faults import FaultChange
from tenfold.cameras.decoder.process import (
    ClipReport,
    Decoder,
    DecoderStatus,
    End,
    Event,
    Segment,
    no_key_frame,
    not_begun,
)

__all__ = [
    "ClipReport",
    "Decoder",
    "DecoderStatus",
    "End",
    "Event",
    "FaultChange",
    "Segment",
    "no_key_frame",
    "not_begun",
]
