"""The record of an order: read back from the PDF as a reader shows it."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tenfold.errors import MissingExtra
from tenfold.line.parts import Verdict
from tenfold.line.trail import pdf, record
from tenfold.line.trail.overrides import override
from tenfold.line.trail.trail import Trail, TrailEntry

AT = "2026-11-29T10:00:00.000Z"


def picture(shade: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (900, 600), (shade, 30, 30)).save(file, "JPEG")
    return file.getvalue()


def judged(n: int, verdict: str, reason: str, order: int, shot: bytes | None = None) -> TrailEntry:
    answers = [{"label": "torn", "known": True, "novelty": 0.2, "probabilities": {"torn": 0.7}}]
    body = {"verdict": verdict, "reason": reason, "order": order, "batch": 9, "shift": 2, "verdict_ms": 20.0}
    return TrailEntry("part", AT, {**body, "model": "ab" * 32, "recipe": [3, 2], "answers": answers}, n, shot)


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    """Two orders: of the second 130 parts pass, 20 do not, and one was looked at again."""
    made = Trail(tmp_path / "shift.db")
    made.append([judged(n, "pass", "good", 1) for n in range(1, 4)])
    made.append([judged(n, "pass", "good", 2) for n in range(4, 134)])
    made.append([judged(n, "reject", "wrong-class", 2, picture(12 * (n - 134))) for n in range(134, 154)])
    made.append([TrailEntry("alarm", AT, {"reason": "camera"}), judged(154, "pass", "good", 2)])
    made.append([TrailEntry("challenge", AT, {"expected": "reject", "verdict": "reject"}, 153)])
    override(made, 140, Verdict.PASS, by="Ольга <b>", reason="тінь, не подряпина")
    return made


def text(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_a_record_has_figures_pictures_second_looks_and_the_first_and_last_hash(
    trail: Trail, tmp_path: Path
) -> None:
    with trail:
        record.write(trail, tmp_path / "order.pdf", order=2)
        rows = list(trail.rows(order=2))
        head = trail.head[1]
    reader = PdfReader(tmp_path / "order.pdf")
    said = text(reader)
    assert "Inspection record of shift, order 2" in said
    assert "Parts 150 Passed 131 Yield 87.33% (95 % interval" in said, "a challenge part is not of the order"
    assert "Challenge parts 1 of 1 bad ones rejected" in said
    assert f"First row here {rows[0].number}, {rows[0].hash}" in said
    assert f"Last row here {rows[-1].number}, {rows[-1].hash}" in said
    assert head in said
    assert "wrong-class 19" in said
    assert "camera 1" in said
    assert "Ольга <b> тінь, не подряпина" in said
    assert "Part 134" in said
    assert "torn 70%, novelty 0.20" in said
    shown = [image for page in reader.pages for image in page.images]
    assert len(shown) == 20
    assert max(max(image.image.size) for image in shown if image.image) <= 320, (
        "small, not as the camera gave it"
    )


def test_of_many_rejected_parts_some_have_their_picture_and_the_rest_is_told(
    trail: Trail, tmp_path: Path
) -> None:
    with trail:
        record.write(trail, tmp_path / "order.pdf", pictures=5)
    reader = PdfReader(tmp_path / "order.pdf")
    assert "The first 5 of 20; the trail has them all." in text(reader)
    assert sum(len(page.images) for page in reader.pages) == 5


def test_a_picture_that_cannot_be_read_and_an_order_without_parts_are_told(tmp_path: Path) -> None:
    with Trail(tmp_path / "shift.db") as trail:
        trail.append([judged(1, "reject", "wrong-class", 1, b"half a pic"), judged(2, "reject", "late", 1)])
        record.write(trail, tmp_path / "order.pdf", order=1)
        assert text(PdfReader(tmp_path / "order.pdf")).count("(no picture)") == 2
        record.write(trail, tmp_path / "none.pdf", order=7)
        assert "Rows none" in text(PdfReader(tmp_path / "none.pdf"))


def test_without_its_extra_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with Trail(tmp_path / "shift.db") as trail, pytest.raises(MissingExtra, match=r"tenfold\[line\]"):
        record.write(trail, tmp_path / "order.pdf")
