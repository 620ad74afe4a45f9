"""A trail as a table: whole, with a chain that can be checked, in little memory however long."""

import csv
import hashlib
import json
import sys
import tracemalloc
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from tenfold.errors import MissingExtra
from tenfold.line.parts import Verdict
from tenfold.line.trail import export
from tenfold.line.trail.overrides import override
from tenfold.line.trail.trail import Trail, TrailEntry

AT = "2026-11-29T10:00:00.000Z"


def judged(n: int, order: int = 1, **more: Any) -> TrailEntry:
    answers = [
        {"region": "cap", "label": "good", "known": True, "novelty": 0.1, "probabilities": {"good": 0.9}},
        {"region": "label", "label": "torn", "known": True, "novelty": 0.2, "probabilities": {"torn": 0.7}},
    ]
    body = {"verdict": "reject", "reason": "wrong-class", "order": order, "batch": 9, "shift": 2}
    body |= {"model": "ab" * 32, "recipe": [3, 2], "verdict_ms": 21.5, "answers": answers, **more}
    return TrailEntry("part", AT, body, n, b"picture")


def rows(trail: Trail, order: int | None = None) -> list[dict[str, str]]:
    content = b"".join(export.csv(trail, order=order)).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content, newline="")))


def test_csv_has_every_row_with_order_batch_and_shift(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([TrailEntry("alarm", AT, {"reason": "camera"}), judged(1), judged(2, order=2)])
        override(trail, 1, Verdict.PASS, by="=Olha", reason="a shadow")
        alarm, first, second, said = rows(trail)
        assert (alarm["kind"], alarm["part"], alarm["reason"]) == ("alarm", "", "camera")
        assert [first[name] for name in ("number", "part", "order", "batch", "shift")] == [
            "2",
            "1",
            "1",
            "9",
            "2",
        ]
        assert [first[name] for name in ("class", "confidence", "novelty")] == ["torn", "0.7", "0.2"], (
            "unsurest"
        )
        assert (first["recipe"], first["picture"]) == ("3/2", hashlib.sha256(b"picture").hexdigest())
        assert second["order"] == "2"
        assert (said["by"], said["verdict"], said["reason"]) == ("'=Olha", "pass", "a shadow")
        assert [row["number"] for row in rows(trail, order=1)] == ["2", "4"]


def test_the_chain_of_hashes_can_be_checked_from_the_table(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([judged(n, note="Оля") for n in range(1, 6)])
        last = hashlib.sha256(b"tenfold trail 1").hexdigest()
        for row in rows(trail):
            part = int(row["part"]) if row["part"] else None
            covered = [last, int(row["number"]), row["kind"], part, row["at"], row["body"]]
            last = hashlib.sha256(json.dumps(covered).encode()).hexdigest()
            assert row["hash"] == last


def test_parquet_has_the_same_rows_with_their_types(tmp_path: Path) -> None:
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs the parquet extra: pip install 'tenfold[parquet]'"
    )
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([judged(1), judged(2, order=2)])
        found = parquet.read_table(BytesIO(b"".join(export.parquet(trail, order=2)))).to_pylist()
    [row] = found
    assert (row["part"], row["order"], row["verdict_ms"], row["by"]) == (2, 2, 21.5, None)


def test_parquet_without_its_extra_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        Trail(tmp_path / "trail.db") as trail,
        pytest.raises(MissingExtra, match="Parquet needs the parquet extra"),
    ):
        export.parquet(trail)


@pytest.mark.slow
def test_a_long_trail_is_exported_in_little_memory(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([judged(n) for n in range(1, 8_001)])
        tracemalloc.start()
        size = sum(map(len, export.csv(trail)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < size, "some rows at a time: all of them take six times the table"
