"""A clock that jumps, by libfaketime."""

import os
import shutil
import subprocess
import sys

import pytest

from tenfold.accounts.roles import VIEWER
from tenfold.runtime import App

WORDS = "seven green kettles"
_SAY = """
import sys
from tenfold.runtime import App
with App() as app:
    print(app.tokens.find(sys.argv[1]) is not None, len(app.jobs.list(10, None, None, None)))
"""


def at(offset: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python while the clock stands elsewhere."""
    program = shutil.which("faketime")
    if program is None:
        pytest.skip("needs libfaketime: apt-get install faketime")
    return subprocess.run(
        [program, "-f", offset, sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TENFOLD_PORT": "1"},
    )


@pytest.mark.slow
def test_the_doctor_names_a_clock_that_went_back() -> None:
    with App() as app:
        app.database.check()
    done = at("-40d", "-m", "tenfold", "doctor")
    assert done.returncode == 1
    assert "fail  clock: the clock is" in done.stdout
    assert "Set the clock" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("offset", "holds"), [("-2d", True), ("+0", True), ("+2d", False)])
def test_a_token_holds_until_its_end_wherever_the_clock_jumps(offset: str, holds: bool) -> None:
    with App() as app:
        ann = app.people.add("ann", "administrator", WORDS)
        secret = app.tokens.add(ann.id, "a test", VIEWER, days=1)[1]
    done = at(offset, "-c", _SAY, secret)
    assert done.stdout.split()[:1] == [str(holds)], done.stderr
