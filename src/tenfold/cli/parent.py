"""Ends this process with the one that started it. Knows nothing of what either does.

Whoever starts it holds the other end of its standard input; when that closes, for whatever reason, this
process is interrupted as by Ctrl-C.
"""

import _thread
import os
import signal
import sys
import threading
import time

# So long an interrupted process may take to end by itself.
_GRACE_SECONDS = 20.0
_INTERRUPTED = 130


def end_with_input() -> None:
    """Interrupt the main thread when standard input ends; end the process where that does not."""
    # A program in the background of a shell is born deaf to Ctrl-C, and hands that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Past Python's own buffer: a thread that waits there would keep the process from ending.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _thread.interrupt_main()
    time.sleep(_GRACE_SECONDS)
    os._exit(_INTERRUPTED)
