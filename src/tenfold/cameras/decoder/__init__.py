"""Decoding of one source in a process of its own. Knows nothing of what the frames are for.

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
