"""A clock that is set while programs run, by libfaketime: theirs alone, and not the monotonic one."""

import os
from pathlib import Path

import pytest

# libfaketime 0.9.10 shifts the moment until which Python's `sleep` waits, though it leaves that clock alone.
_SLEEP = """
import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds)
"""
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib")


class SetClock:
    """What programs that are started with `environment` read as the time of day.

    Args:
        folder: where the offset is kept.
        at_once: programs look at the offset whenever they read the clock, which takes a third of a station's
            time; else each looks once a second.
    """

    def __init__(self, folder: Path, *, at_once: bool = True) -> None:
        self._file = folder / "clock"
        self._looks = {"FAKETIME_NO_CACHE": "1"} if at_once else {"FAKETIME_CACHE_DURATION": "1"}
        (folder / "sitecustomize.py").write_text(_SLEEP)
        self.set("+0")

    def set(self, offset: str) -> None:
        """Set it so much forward or back of the real one: "+40d", "-2h"; programs that run see it."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        new.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What is added to a program's environment. Skips the test where there is no libfaketime."""
        found = [one for place in _LIBRARIES for one in Path(place).glob("**/faketime/libfaketimeMT.so.1")]
        if not found:
            pytest.skip("needs libfaketime: apt-get install faketime")
        paths = [str(self._file.parent), os.environ.get("PYTHONPATH", "")]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            **self._looks,
        }
