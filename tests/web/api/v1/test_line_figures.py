"""What a station did over HTTP: parts found and opened, figures, p-chart, challenges, chain and exports."""

import csv
import sqlite3
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import pytest
from pyarrow import parquet

from tenfold.line.trail.trail import Trail, TrailEntry
from tests.fakes import RED, picture
from tests.web.conftest import Running
from tests.web.stations import paused_station


def at(part: int) -> str:
    return f"2026-11-29T10:{part // 60:02}:{part % 60:02}.000Z"


def judged(part: int) -> TrailEntry:
    """Every tenth part is bad, order 7 up to part 200, order 8 from there."""
    bad = part % 10 == 0
    answers = [
        {"region": "part", "label": "red", "known": True, "novelty": 0.0, "probabilities": {"red": 0.9}}
    ]
    body: dict[str, Any] = {
        "verdict": "reject" if bad else "pass",
        "reason": "wrong-class" if bad else "good",
        "model": "a" * 64,
        "recipe": [1, 2],
        "answers": answers,
        "picture_ms": 11.0,
        "verdict_ms": 40.0,
        "box": [0.25, 0.25, 0.5, 0.5],
        "order": 7 if part <= 200 else 8,
        "shift": 1,
    }
    return TrailEntry("part", at(part), body, part, picture(RED) if bad else None)


@pytest.fixture(scope="module")
def url(running: Running) -> Iterator[str]:
    """A station that does not run, with the trail of 300 parts and a challenge of two."""
    number = paused_station(running.service.app, "gate 1")
    url = f"/api/v1/stations/{number}"
    path = running.service.app.trail_of(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    golden = {"expected": "reject", "verdict": "reject", "right": True}
    with Trail(path) as opened:
        opened.append([judged(part) for part in range(1, 301)])
        opened.append([TrailEntry("gate", at(13), {"outcome": "passed", "fired_ms": 900.5}, 11)])
        opened.append([TrailEntry("challenge", at(300), golden, 300)])
        opened.append([TrailEntry("challenge", at(300), {"passed": True, "by": "Olha", "recipe": [1, 2]})])
    yield url
    running.client.delete(url)


def test_parts_are_found_by_verdict_reason_time_and_order(running: Running, url: str) -> None:
    def found(**asked: Any) -> list[int]:
        answer = running.client.get(f"{url}/parts", params={"limit": 3, **asked})
        assert answer.status_code == 200, answer.text
        return [one["part"] for one in answer.json()]

    assert found() == [300, 299, 298]
    assert found(verdict="reject") == [300, 290, 280]
    assert found(reason="wrong-class", order=7) == [200, 190, 180]
    assert found(until=at(31), verdict="reject") == [30, 20, 10]
    assert found(since=at(298), before=299) == [298]
    assert found(batch=1) == []
    for refused in ({"reason": "x"}, {"verdict": "x"}, {"since": "2026-01-01T00:00:00"}, {"order": -1}):
        assert running.client.get(f"{url}/parts", params=refused).status_code == 422, refused


def test_a_part_is_opened_with_all_its_times_and_rows(running: Running, url: str) -> None:
    found = running.client.get(f"{url}/parts/11").json()
    assert found["times"] == {
        "triggered": "2026-11-29T10:00:10.960000Z",
        "pictured": "2026-11-29T10:00:10.971000Z",
        "judged": "2026-11-29T10:00:11Z",
        "fired": "2026-11-29T10:00:11.860500Z",
        "confirmed": "2026-11-29T10:00:13Z",
    }
    assert (found["box"], found["order"], found["batch"], found["shift"]) == (
        [0.25, 0.25, 0.5, 0.5],
        7,
        None,
        1,
    )
    assert [row["kind"] for row in found["rows"]] == ["part", "gate"]
    assert found["intact"]
    assert running.client.get(f"{url}/parts/12").json()["times"]["confirmed"] is None


def test_figures_count_orders_and_golden_parts_and_only_what_is_asked(running: Running, url: str) -> None:
    figures = running.client.get(f"{url}/figures").json()
    assert figures["jobs"] == [
        {"name": "order", "number": 8, "parts": 99, "passed": 90},
        {"name": "order", "number": 7, "parts": 200, "passed": 180},
        {"name": "shift", "number": 1, "parts": 299, "passed": 270},
    ]
    assert figures["challenges"] == {"good": 0, "good_passed": 0, "bad": 1, "bad_rejected": 1}
    assert running.client.get(f"{url}/figures", params={"order": 7}).json()["passed"] == 180
    assert running.client.get(f"{url}/figures", params={"order": 7, "last": 20}).json()["parts"] == 20
    assert running.client.get(f"{url}/figures", params={"order": 9}).json()["parts"] == 0


@pytest.mark.parametrize(
    ("language", "words"), [("en", "control limits"), ("uk", "контрольні межі"), ("ru", "границы")]
)
def test_the_p_chart_is_drawn_in_the_language_of_the_page(
    running: Running, url: str, language: str, words: str
) -> None:
    drawn = running.client.get(f"{url}/p-chart", params={"language": language}).json()
    assert words in str(drawn["legend"])
    assert drawn["svg"].count("data-tip") == 3
    assert ("10.0%" in drawn["svg"]) == (language == "en")
    assert running.client.get(f"{url}/p-chart", params={"order": 9}).json() is None


def test_challenges_and_the_chain_are_told(running: Running, url: str) -> None:
    (challenge,) = running.client.get(f"{url}/challenges").json()
    assert (challenge["passed"], challenge["by"]) == (True, "Olha")
    assert challenge["parts"] == [{"part": 300, "expected": "reject", "verdict": "reject", "right": True}]
    chain = running.client.get(f"{url}/chain").json()
    assert (chain["rows"], len(chain["head"]), chain["first_changed"]) == (303, 64, None)


def test_a_row_that_was_changed_is_told(running: Running, url: str) -> None:
    number = paused_station(running.service.app, "forged")
    forged = f"/api/v1/stations/{number}"
    assert running.client.get(f"{forged}/chain").status_code == 404, "it has not run"
    path = running.service.app.trail_of(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    with Trail(path) as opened:
        opened.append([judged(part) for part in range(1, 5)])
    with sqlite3.connect(path) as other:
        other.execute("DROP TRIGGER rows_stay")
        other.execute("UPDATE rows SET body = replace(body, 'pass', 'reject') WHERE number = 3")
    assert running.client.get(f"{forged}/chain").json()["first_changed"] == 3
    assert not running.client.get(f"{forged}/parts/3").json()["intact"]
    running.client.delete(forged)


def test_an_order_is_exported_as_csv_parquet_and_pdf(running: Running, url: str) -> None:
    client = running.client
    answer = client.get(f"{url}/export.csv", params={"order": 7})
    assert answer.headers["content-disposition"] == 'attachment; filename="gate-1-order-7.csv"'
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["part"] for row in rows if row["kind"] == "part"] == [str(n) for n in range(1, 201)]
    table = parquet.read_table(BytesIO(client.get(f"{url}/export.parquet").content))
    assert table.num_rows == 303
    pdf = client.get(f"{url}/export.pdf", params={"order": 7})
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    for ending in ("csv", "parquet", "pdf"):
        assert client.get(f"{url}/export.{ending}", params={"order": 9}).status_code == 404
