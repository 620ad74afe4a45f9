"""tenfold line override."""

from pathlib import Path

from tenfold.line.trail.trail import Trail, TrailEntry
from tests.cli.conftest import Command

AT = "2026-11-29T10:00:00.000Z"


def test_a_part_is_overridden_and_the_trail_still_holds(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "trail.db"
    with Trail(path) as trail:
        trail.append([TrailEntry("part", AT, {"verdict": "reject", "reason": "unsure"}, 7)])
    done = tenfold("line", "override", path, 7, "pass", "--by", "Olha", "--reason", "only a shadow")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Part 7: reject before, pass by Olha\nRow 2 of the trail, with the hash ")
    assert tenfold("line", "trail", path).status == 0
    unknown = tenfold("line", "override", path, 8, "pass", "--by", "Olha", "--reason", "a shadow")
    assert unknown.status == 2
    assert "The part 8 has no verdict in this trail (the trail trail.db). Its last part is 7." in unknown.err
    nameless = tenfold("line", "override", path, 7, "pass", "--reason", "a shadow")
    assert (nameless.status, "--by" in nameless.err) == (2, True)


def test_an_order_is_exported_and_a_file_that_is_there_is_kept(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "trail.db"
    with Trail(path) as trail:
        bodies = [{"verdict": "reject", "reason": "unsure", "order": order} for order in (1, 2, 2)]
        trail.append([TrailEntry("part", AT, body, n) for n, body in enumerate(bodies, 1)])
    csv, pdf = tmp_path / "order.csv", tmp_path / "order.pdf"
    done = tenfold("line", "trail", path, "--order", 2, "--csv", csv, "--pdf", pdf)
    assert (done.status, done.err) == (0, "")
    assert "2 parts, 0 passed: 0.00% (95 % interval 0.00% to 65.76%, n = 2)" in done.out
    assert f"Wrote {csv}\nWrote {pdf}\n" in done.out
    assert csv.read_text(encoding="utf-8").count("\n") == 3
    assert pdf.read_bytes().startswith(b"%PDF")
    again = tenfold("line", "trail", path, "--pdf", pdf, "--csv", tmp_path / "other.csv")
    assert (again.status, "order.pdf is there already" in again.err) == (2, True)
    assert not (tmp_path / "other.csv").exists(), "nothing is written where something is refused"
    assert tenfold("line", "trail", path, "--pdf", pdf, "--force").status == 0
    assert "The order 3 has no part" in tenfold("line", "trail", path, "--order", 3).err
