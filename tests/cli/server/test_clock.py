"""A clock that jumps, by libfaketime."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest

from tenfold.accounts.roles import VIEWER
from tenfold.database import now
from tenfold.errors import DeliveryError
from tenfold.outbox import OutboxQueue
from tenfold.runtime import App
from tests.outbox.receivers import receiving

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


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize(("offset", "holds"), [("-2d", True), ("+0", True), ("+2d", False)])
def test_a_token_holds_until_its_end_wherever_the_clock_jumps(offset: str, holds: bool) -> None:
    with App() as app:
        ann = app.people.add("ann", "administrator", WORDS)
        secret = app.tokens.add(ann.id, "a test", VIEWER, days=1)[1]
    done = at(offset, "-c", _SAY, secret)
    assert done.stdout.split()[:1] == [str(holds)], done.stderr


_FIND = """
import sys
from tenfold.runtime import App
with App() as app:
    print(app.sessions.find(sys.argv[1]) is not None)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("offset", "holds"), [("-2d", True), ("+0", True), ("+2d", False)])
def test_whoever_is_signed_in_stays_so_until_the_end_wherever_the_clock_jumps(
    offset: str, holds: bool
) -> None:
    with App() as app:
        cookie = app.sessions.begin(app.people.add("ann", "administrator", WORDS).id)
    done = at(offset, "-c", _FIND, cookie)
    assert done.stdout.split() == [str(holds)], done.stderr


_SEND = """
import time
from tenfold.runtime import App
from tenfold.runtime.services import describe
from tenfold.runtime.supervisor import Supervisor
with App() as app:
    supervisor = Supervisor([app.sender], describe)
    supervisor.start()
    (row,) = app.outbox.destinations()
    ends = time.monotonic() + 30
    while any(one.state != "sent" for one in app.outbox.messages(row.id)) and time.monotonic() < ends:
        time.sleep(0.1)
    print([one.state for one in app.outbox.messages(row.id)])
    supervisor.stop(20)
"""


@pytest.mark.slow
@pytest.mark.parametrize("offset", ["-2d", "+2d"])
def test_what_waits_in_the_outbox_is_sent_wherever_the_clock_jumps(offset: str) -> None:
    """Also what failed before, and was to be tried again at a time by the old clock."""
    with App() as app, receiving() as receiver:
        row = app.outbox.add("office", "webhook", {"url": receiver.url, "local": True})
        app.outbox.try_out(row.id, "title", "text")
        queue = OutboxQueue(app.database)
        found = queue.next(row.id)
        assert found is not None
        away = DeliveryError("The webhook", "does not answer", reason="unreachable", again=True)
        queue.failed(found[0], away, dead=False, pause=60)
        done = at(offset, "-c", _SEND)
        assert done.stdout.split() == ["['sent']"], done.stderr
        assert len(receiver.got) == 1


@pytest.mark.parametrize(("days", "holds"), [(-2, True), (2, False)])
def test_what_holds_for_a_time_ends_by_the_clock_of_this_moment(
    days: int, holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with App() as app:
        ann = app.people.add("ann", "administrator", WORDS).id
        secret, cookie = app.tokens.add(ann, "a test", VIEWER, days=1)[1], app.sessions.begin(ann)
        for module in ("tokens", "sessions"):
            monkeypatch.setattr(f"tenfold.accounts.{module}.now", lambda: now() + timedelta(days=days))
        assert (app.tokens.find(secret) is not None, app.sessions.find(cookie) is not None) == (holds, holds)
