"""Charts as inline SVG: axes, lines, bars, points. Colours and widths are the style sheet's.

Text that comes from data is escaped by markupsafe. A `tip` is shown by the page's script; a table beside
every chart has the same values, for those who cannot point.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from tenfold.evaluation.report.axes import Axis

# The drawing's units: few, so that text stays readable where a phone scales the chart down.
WIDTH, HEIGHT = 420, 280
DOT = 3.2
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 10, 44

Point = tuple[float, float]


@dataclass(frozen=True)
class Key:
    """A line of the legend: the style of a series, its name, and how it is drawn: as a `line` or a `bar`."""

    style: str
    name: str
    drawn: str = "line"


class Chart:
    """One chart that grows by its parts, drawn in the order of the calls.

    Args:
        title: what it shows.
        summary: what it says, in a sentence, for those who do not see it.
        x, y: its axes.
    """

    def __init__(self, title: str, summary: str, x: Axis, y: Axis) -> None:
        self.title, self.summary, self.x, self.y = title, summary, x, y
        self.legend: list[Key] = []
        self._parts: list[Markup] = []

    def line(self, points: Sequence[Point], style: str, name: str = "") -> None:
        """A line through points, in the style `style`; a name puts it into the legend."""
        places = [(self._x(x), self._y(y)) for x, y in points]
        if len(places) == 1:  # a line of one point would not be seen
            ((x, y),) = places
            places = [(x - DOT, y), (x + DOT, y)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self._parts.append(_element("polyline", points=path, class_=f"line {style}"))
        self._name(style, name, "line")

    def dots(
        self, points: Sequence[Point], style: str, tips: Sequence[str], sizes: Sequence[float] | None = None
    ) -> None:
        """A dot at each point, each with its tip; `sizes` are radii."""
        for (x, y), tip, size in zip(points, tips, sizes or [DOT] * len(points), strict=True):
            place = {"cx": f"{self._x(x):.1f}", "cy": f"{self._y(y):.1f}"}
            self._parts.append(_element("circle", **place, r=f"{size:.1f}", class_=f"dot {style}"))
            self._parts.append(_element("circle", **place, r="9", class_="hit", data_tip=tip))

    def bars(
        self,
        spans: Sequence[tuple[float, float, float]],
        style: str,
        name: str = "",
        part: Point = (0.0, 1.0),
    ) -> None:
        """A bar for each (from, to, height).

        Args:
            part: which part of its span each bar fills, so that two series can stand side by side.
        """
        floor = self._y(self.y.low)
        for low, high, value in spans:
            left, right = self._x(low), self._x(high)
            start, end = (left + (right - left) * share for share in part)
            top = self._y(value)
            if floor - top > 0.05:
                self._parts.append(_rect(start + 0.5, top, end - start - 1, floor - top, f"bar {style}"))
        self._name(style, name, "bar")

    def columns(self, spans: Sequence[tuple[float, float]], tips: Sequence[str]) -> None:
        """An invisible column over the whole height for each (from, to), where its tip is shown."""
        for (low, high), tip in zip(spans, tips, strict=True):
            left, right = self._x(low), self._x(high)
            self._parts.append(_rect(left, TOP, right - left, HEIGHT - TOP - BOTTOM, "column", data_tip=tip))

    def upright(self, value: float, label: str) -> None:
        """A line from top to bottom at a value of the x axis, with a label at its head."""
        x = self._x(value)
        self._parts.append(
            _element(
                "line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=str(TOP), y2=str(HEIGHT - BOTTOM), class_="mark"
            )
        )
        right_half = x > (LEFT + WIDTH - RIGHT) / 2
        anchor, offset = ("end", -5) if right_half else ("start", 5)
        self._parts.append(_text(x + offset, TOP + 11, label, "note", anchor))

    def note(self, x: float, y: float, label: str, anchor: str = "start") -> None:
        """A text at a point."""
        self._parts.append(_text(self._x(x), self._y(y), label, "note", anchor))

    def svg(self) -> Markup:
        """The drawing."""
        inside = Markup("").join([*self._axes(), *self._parts])
        name = f"{self.title}. {self.summary}"
        return _element("svg", inside, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=name)

    def _name(self, style: str, name: str, drawn: str) -> None:
        if name:
            self.legend.append(Key(style, name, drawn))

    def _x(self, value: float) -> float:
        return LEFT + self.x.place(value) * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        return HEIGHT - BOTTOM - self.y.place(value) * (HEIGHT - TOP - BOTTOM)

    def _axes(self) -> list[Markup]:
        floor, end = HEIGHT - BOTTOM, WIDTH - RIGHT
        parts = []
        for tick in self.y.ticks:
            y = self._y(tick)
            parts.append(
                _element("line", x1=str(LEFT), x2=str(end), y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid")
            )
            parts.append(_text(LEFT - 6, y + 4, self.y.write(tick), "tick", "end"))
        for tick in self.x.ticks:
            x = self._x(tick)
            parts.append(
                _element(
                    "line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=str(floor), y2=str(floor + 4), class_="axis"
                )
            )
            # The last one ends at the edge, so that no part of it is cut off.
            parts.append(_text(x, floor + 16, self.x.write(tick), "tick", "end" if x > end - 8 else "middle"))
        parts.append(_element("line", x1=str(LEFT), x2=str(end), y1=str(floor), y2=str(floor), class_="axis"))
        parts.append(_text((LEFT + end) / 2, HEIGHT - 8, self.x.title, "title", "middle"))
        middle = (TOP + floor) / 2
        turned = _text(
            0, 0, self.y.title, "title", "middle", transform=f"translate(12 {middle:.0f}) rotate(-90)"
        )
        return [*parts, turned]


def _rect(x: float, y: float, width: float, height: float, style: str, **more: str) -> Markup:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{max(width, 0.5):.1f}", "height": f"{height:.1f}"}
    return _element("rect", **place, class_=style, **more)


def _text(x: float, y: float, words: str, style: str, anchor: str, **more: str) -> Markup:
    place = more or {"x": f"{x:.1f}", "y": f"{y:.1f}"}
    return _element("text", escape(words), **place, text_anchor=anchor, class_=style)


def _element(tag: str, *inside: Markup, **attributes: str) -> Markup:
    """An element; of a name's underscores one at the end is dropped, and others become hyphens."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"' for name, value in attributes.items()
    )
    return Markup(f"<{tag}{written}>{''.join(inside)}</{tag}>")
