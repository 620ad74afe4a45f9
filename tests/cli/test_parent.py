"""A process ends with the one that started it."""

import signal
import subprocess
import sys

PROGRAM = """
import time
from tenfold.cli import parent
parent.end_with_input()
try:
    print("at work", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def child() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"at work\n"
    return process


def test_it_is_interrupted_when_the_input_closes() -> None:
    with child() as process:
        assert process.communicate(timeout=20)[0] == b"stopped\n"
    assert process.returncode == 0


def test_also_where_the_parent_was_told_to_ignore_ctrl_c() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = child()
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        assert process.communicate(timeout=20)[0] == b"stopped\n"
