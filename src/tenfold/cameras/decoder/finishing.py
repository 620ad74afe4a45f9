"""Makes the files of clips seekable whose writer was killed, in processes of their own.

A file is hostile bytes as a stream is: what it may do to its reader happens there. The parent never
imports the decoding library.
"""

import errno
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.processes import MessageProcess, ProcessEnded, ProcessLimits

if TYPE_CHECKING:
    from tenfold.processes.child import ParentChannel

_CHILD = "tenfold.cameras.decoder.finishing:serve"
_LIMITS = ProcessLimits(memory=1 << 30)
_NICE, _SECONDS, _POLL_SECONDS = 10, 30.0, 0.1


def finish(file: Path, other: Path, stop: threading.Event) -> bool:
    """Write a file again so that it can be sought in; False: it cannot be read in time. Raises OSError."""
    until = time.monotonic() + _SECONDS
    with suppress(ProcessEnded), MessageProcess(_CHILD, limits=_LIMITS, nice=_NICE) as process:
        process.send({"finish": str(file), "into": str(other)})
        while not stop.is_set() and time.monotonic() < until:
            if said := process.receive(_POLL_SECONDS):
                if refused := said["refused"]:
                    raise OSError(refused, os.strerror(refused), str(other))
                return True
    return False


def serve(channel: "ParentChannel") -> None:
    """Finish one file."""
    from tenfold.cameras.decoder.clip_files import make_seekable

    said = channel.receive()
    assert said is not None
    refused = 0
    try:
        make_seekable(Path(said["finish"]), Path(said["into"]))
    except OSError as error:
        refused = error.errno or errno.EIO
    channel.send({"refused": refused})
