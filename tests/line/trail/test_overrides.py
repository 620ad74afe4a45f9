"""A person's verdict stands beside the station's, and the trail says who gave it and why."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenfold.errors import UsageError
from tenfold.line.parts import Verdict
from tenfold.line.trail.overrides import override, verdict_of
from tenfold.line.trail.statistics import statistics
from tenfold.line.trail.trail import Trail, TrailEntry
from tests.paths import ROOT

AT = "2026-11-29T10:00:00.000Z"


def trail_with(path: Path, *parts: tuple[int, str, str]) -> Trail:
    trail = Trail(path)
    trail.append(
        [TrailEntry("part", AT, {"verdict": v, "reason": why, "order": 4}, p) for p, v, why in parts]
    )
    return trail


def test_an_override_keeps_name_reason_and_the_verdict_before(tmp_path: Path) -> None:
    with trail_with(tmp_path / "trail.db", (1, "reject", "unsure")) as trail:
        at = datetime(2026, 11, 29, 12, tzinfo=UTC)
        row = override(trail, 1, Verdict.PASS, by=" Olha  Bondar ", reason="a shadow, no scratch", at=at)
        assert (row.kind, row.part, row.at) == ("override", 1, "2026-11-29T12:00:00.000Z")
        assert row.body == {
            "verdict": "pass", "before": "reject", "by": "Olha Bondar", "reason": "a shadow, no scratch",
            "order": 4,
        }  # fmt: skip
        assert verdict_of(trail.of_part(1)) == ("pass", "a shadow, no scratch")
        again = override(trail, 1, Verdict.DIVERT, by="Ivan", reason="to be measured")
        assert again.body["before"] == "pass"
        assert [one.kind for one in trail.of_part(1)] == ["part", "override", "override"], "nothing is gone"
        assert trail.verify() is None


def test_a_pass_that_was_withheld_counts_as_rejected(tmp_path: Path) -> None:
    with trail_with(tmp_path / "trail.db", (1, "pass", "good")) as trail:
        trail.append([TrailEntry("withheld", AT, {"reason": "late", "released": False}, 1)])
        assert verdict_of(trail.of_part(1)) == ("reject", "late")


def test_a_part_that_the_gate_rejected_all_the_same_counts_as_rejected(tmp_path: Path) -> None:
    with trail_with(tmp_path / "trail.db", (1, "pass", "good"), (2, "pass", "good")) as trail:
        trail.append([TrailEntry("gate", AT, {"outcome": "wrongly-rejected"}, 1)])
        trail.append([TrailEntry("gate", AT, {"outcome": "passed"}, 2)])
        assert verdict_of(trail.of_part(1)) == ("reject", "wrongly-rejected")
        assert verdict_of(trail.of_part(2)) == ("pass", "good")
        found = statistics(trail.rows())
        assert (found.passed, found.reasons) == (1, [("wrongly-rejected", 1)])


@pytest.mark.parametrize(
    ("part", "by", "reason", "words"),
    [
        (2, "Olha", "a shadow", r"The part 2 has no verdict in this trail \(the trail trail.db\)"),
        (1, " ", "a shadow", "has to say by whom it is"),
        (1, "Olha", "", "has to say its reason"),
        (1, "Olha", "x" * 501, "says its reason in too many letters"),
    ],
)
def test_an_override_without_part_name_or_reason_is_refused(
    tmp_path: Path, part: int, by: str, reason: str, words: str
) -> None:
    with trail_with(tmp_path / "trail.db", (1, "reject", "unsure")) as trail:
        with pytest.raises(UsageError, match=words):
            override(trail, part, Verdict.PASS, by=by, reason=reason)
        assert len(list(trail.rows())) == 1


OTHER = """
import sys
import time
from pathlib import Path
from tenfold.line.trail.overrides import override
from tenfold.line.parts import Verdict
from tenfold.line.trail.statistics import statistics
from tenfold.line.trail.trail import Trail
with Trail(Path(sys.argv[1])) as trail:
    for number in range(30):
        override(trail, 1, Verdict.PASS, by="Olha", reason=str(number))
"""


def test_the_station_goes_on_while_another_process_overrides(tmp_path: Path) -> None:
    with trail_with(tmp_path / "trail.db", (1, "reject", "unsure")) as trail:
        command = [sys.executable, "-c", OTHER, str(trail.path)]
        with subprocess.Popen(command, cwd=ROOT) as other:
            number = 1
            while other.poll() is None or number < 50:
                number += 1
                time.sleep(0.003)  # a station waits for its next part too
                trail.append([TrailEntry("part", AT, {"verdict": "pass", "reason": "good"}, number)])
        assert other.returncode == 0
        assert trail.verify() is None
        assert sum(1 for _ in trail.rows(kind="override")) == 30
        assert sum(1 for _ in trail.rows(kind="part")) == number == trail.last_part()
