"""Ends this process with the one that started it. Knows nothing of what either does.

Whoever starts it holds the other end of its standard input; when that closes, for whatever reason, this
process is interrupted as by Ctrl-C.
"""

import os
import signal
import sys
import threading
import time

if sys.platform == "win32":  # pragma: no cover
    import _thread

# So long an interrupted process may take to end by itself.
_GRACE_SECONDS = 20.0
_INTERRUPTED = 130


def end_with_input() -> None:
    """Interrupt the main thread when standard input ends; end the process where that does not."""
    # A program in the background of a shell is born deaf to Ctrl-C, and hands that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_wait, daemon=True).start()


if sys.platform == "win32":  # pragma: no cover

    def _interrupt() -> None:
        _thread.interrupt_main()
else:

    def _interrupt() -> None:
        # To the main thread itself, so that it wakes where it waits for the system.
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, signal.SIGINT)


def _wait() -> None:
    # Past Python's own buffer: a thread that waits there would keep the process from ending.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _interrupt()
    time.sleep(_GRACE_SECONDS)
    os._exit(_INTERRUPTED)
