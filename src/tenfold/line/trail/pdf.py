"""A PDF with headings, tables, bars, a p-chart and pictures. Knows no trail.

The letters of its font are those of Latin, Greek and Cyrillic scripts; others are boxes.
"""

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tenfold.errors import MissingExtra
from tenfold.line.trail.statistics import Subgroup

_FONT, _FONT_FILE = "DejaVuSans-tenfold", Path(__file__).with_name("dejavu-sans.ttf")
_IN_A_ROW = 4
_SHADE, _LINE, _MARK = "#dfe5e8", "#5b6b73", "#b3261e"


def require() -> None:
    """Raise MissingExtra where reportlab is not installed."""
    if find_spec("reportlab") is None:
        raise MissingExtra.of("PDF", "line", "reportlab", ", or export CSV.")


class Document:
    """A PDF of A4 pages that is filled from the top. Raises MissingExtra: reportlab is not installed."""

    def __init__(self, title: str) -> None:
        require()
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        if _FONT not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(_FONT, _FONT_FILE))
        self._title = title
        self._style = ParagraphStyle("text", fontName=_FONT, fontSize=8, leading=10.5)
        self._headings = {
            level: ParagraphStyle(
                f"h{level}",
                fontName=_FONT,
                fontSize=size,
                leading=1.3 * size,
                spaceBefore=12,
                spaceAfter=6,
                keepWithNext=1,
            )
            for level, size in ((1, 16), (2, 11))
        }
        self._story: list[Any] = []

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of level 1 or 2."""
        from reportlab.platypus import Paragraph

        self._story.append(Paragraph(escape(text), self._headings[level]))

    def text(self, text: str) -> None:
        """A paragraph."""
        self._story.append(self._paragraph(text))

    def facts(self, said: Sequence[tuple[str, str]]) -> None:
        """Names and what they are."""
        self._grid([[self._paragraph(one) for one in row] for row in said], [130, 385])

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table of six columns."""
        cells = [[self._paragraph(one) for one in row] for row in (head, *rows)]
        self._grid(cells, [40, 125, 45, 45, 90, 170], head=True)

    def bars(self, counts: Sequence[tuple[str, int]]) -> None:
        """A bar for each count, in the order given."""
        from reportlab.graphics.shapes import Drawing, Rect, String

        high, most = 14, max(count for _, count in counts)
        drawing = Drawing(515, high * len(counts))
        for number, (name, count) in enumerate(counts):
            y = high * (len(counts) - number - 1)
            width = 300 * count / most
            drawing.add(String(0, y + 3, name, fontName=_FONT, fontSize=8))
            drawing.add(Rect(110, y + 1, width, high - 3, fillColor=_colour(_LINE), strokeWidth=0))
            drawing.add(String(115 + width, y + 3, f"{count:,}", fontName=_FONT, fontSize=8))
        self._story.append(drawing)

    def chart(self, groups: Sequence[Subgroup]) -> None:
        """A p-chart of two groups or more."""
        from reportlab.graphics.shapes import Circle, Drawing, PolyLine, String

        wide, high = 460.0, 110.0
        top = max(0.01, *(max(one.high, one.rejects) for one in groups))
        drawing = Drawing(515, high + 18)

        def at(number: int, share: float) -> tuple[float, float]:
            return 40 + wide * number / (len(groups) - 1), 12 + high * share / top

        for name, dashes in (("low", [3, 2]), ("high", [3, 2]), ("rejects", None)):
            points = [at(n, getattr(one, name)) for n, one in enumerate(groups)]
            flat = [value for point in points for value in point]
            drawing.add(PolyLine(flat, strokeColor=_colour(_LINE), strokeDashArray=dashes, strokeWidth=0.8))
        for number, one in enumerate(groups):
            mark = _MARK if one.outside else _LINE
            drawing.add(Circle(*at(number, one.rejects), 2, fillColor=_colour(mark), strokeWidth=0))
        for share in (0.0, top):
            drawing.add(String(0, at(0, share)[1] - 3, f"{share:.1%}", fontName=_FONT, fontSize=7))
        first, last = groups[0], groups[-1]
        drawing.add(String(40, 0, f"from part {first.first:,}", fontName=_FONT, fontSize=7))
        drawing.add(String(430, 0, f"from part {last.first:,}", fontName=_FONT, fontSize=7))
        self._story.append(drawing)

    def pictures(self, parts: Sequence[tuple[bytes | None, str]]) -> None:
        """Pictures, JPEG or none, each with lines of text below it."""
        from reportlab.platypus import Image

        width = 515 / _IN_A_ROW
        cells: list[Any] = []
        for data, said in parts:
            below = [self._paragraph(line) for line in said.split("\n")]
            shown = Image(BytesIO(data), width - 10, 0.75 * width, kind="proportional") if data else None
            cells.append([shown, *below] if shown else [self._paragraph("(no picture)"), *below])
        rows = [cells[at : at + _IN_A_ROW] for at in range(0, len(cells), _IN_A_ROW)]
        rows[-1] += [""] * (_IN_A_ROW - len(rows[-1]))
        self._grid(rows, [width] * _IN_A_ROW)

    def write(self, target: Path | BytesIO) -> None:
        """Write it into a file, or into memory. Raises OSError."""
        from reportlab.platypus import SimpleDocTemplate

        margins = {f"{side}Margin": 40 for side in ("left", "right", "top", "bottom")}
        document = SimpleDocTemplate(
            str(target) if isinstance(target, Path) else target,
            title=self._title,
            author="tenfold",
            **margins,
        )
        document.build(self._story, onFirstPage=self._foot, onLaterPages=self._foot)

    def _foot(self, canvas: Any, document: Any) -> None:
        canvas.setFont(_FONT, 7)
        canvas.drawString(40, 24, self._title)
        canvas.drawRightString(document.pagesize[0] - 40, 24, f"{document.page}")

    def _paragraph(self, text: str) -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(escape(text), self._style)

    def _grid(self, cells: list[list[Any]], widths: list[float], *, head: bool = False) -> None:
        from reportlab.platypus import Table

        style: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _colour(_SHADE)),
        ]
        if head:
            style.append(("BACKGROUND", (0, 0), (-1, 0), _colour(_SHADE)))
        self._story.append(Table(cells, widths, style=style, repeatRows=1 if head else 0))


def _colour(code: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(code)
