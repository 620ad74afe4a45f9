"""tenfold line override."""

from pathlib import Path

from tenfold.line.trail import Entry, Trail
from tests.cli.conftest import Command

AT = "2026-11-29T10:00:00.000Z"


def test_a_part_is_overridden_and_the_trail_still_holds(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "trail.db"
    with Trail(path) as trail:
        trail.append([Entry("part", AT, {"verdict": "reject", "reason": "unsure"}, 7)])
    done = tenfold("line", "override", path, 7, "pass", "--by", "Olha", "--reason", "only a shadow")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Part 7: reject before, pass by Olha\nRow 2 of the trail, with the hash ")
    assert tenfold("line", "trail", path).status == 0
    unknown = tenfold("line", "override", path, 8, "pass", "--by", "Olha", "--reason", "a shadow")
    assert unknown.status == 2
    assert "The part 8 has no verdict in this trail (the trail trail.db). Its last part is 7." in unknown.err
    nameless = tenfold("line", "override", path, 7, "pass", "--reason", "a shadow")
    assert (nameless.status, "--by" in nameless.err) == (2, True)
