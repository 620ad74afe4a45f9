"""Charts of our measured accuracy, corruption accuracy and novelty detection beside published figures.

Published figures and their sources are in benchmarks/published.json; ours are read from the measured results,
so that a network that is measured later appears by itself. Fills docs/explanation/networks.md.

    python -m benchmarks.published
"""

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.models import robustness
from benchmarks.record import RESULTS, ROOT
from benchmarks.table import markdown, replaced
from tenfold import modelfile
from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import HEIGHT, WIDTH, Chart, Point

PUBLISHED = ROOT / "benchmarks" / "published.json"
NETWORKS = ROOT / "benchmarks" / "runs" / "networks.json"
PAGE = ROOT / "docs" / "explanation" / "networks.md"
# CIFAR-10's pictures that a whole run learns from; the rest of the 50,000 choose the epoch.
WHOLE = 45_000
START, END = "<!-- published -->", "<!-- /published -->"
# The page's own colours are inherited, so that the charts follow its light and dark schemes.
STYLE = (
    "<style>.figure svg{width:100%;max-width:40rem}.figure text{font-size:11px;fill:currentColor}"
    ".figure .grid,.figure .axis{stroke:currentColor;opacity:.25}.figure .hit{fill:none}"
    ".figure .published{fill:#8a8f98}.figure .ours{fill:#c2620e}"
    ".figure .level{fill:none;stroke:#8a8f98;stroke-dasharray:4 3}</style>"
)


@dataclass(frozen=True)
class Figure:
    """A share that was published or measured here; `multiply_adds` where there are any."""

    name: str
    value: float
    source: str
    multiply_adds: float = 0.0
    ours: bool = False


def measured_networks(file: Path = NETWORKS) -> list[Figure]:
    """Every network of ours whose test accuracy was measured."""
    source, figures = "`benchmarks/training/networks.py`", []
    for name, one in json.loads(file.read_text(encoding="utf-8")).items():
        if "test" in one:
            run, whole = one["epochs_run"], one["published_epochs"]
            cut = f", {run} of {whole} epochs" if run < whole and not one["stopped_early"] else ""
            # A run from fewer pictures says from how many, and may have shown them smaller.
            if "learned_from" in one and one["learned_from"] < WHOLE:
                cut += f", {one['learned_from']:,} pictures"
            multiply_adds = one.get("run_multiply_adds", one["multiply_adds"])
            figures.append(Figure(f"`{name}` (ours{cut})", one["test"][0], source, multiply_adds, ours=True))
    return figures


def measured_model(name: str) -> Figure:
    """A bundled model on CIFAR-10's test pictures, by what its file says."""
    info = modelfile.read(modelfile.bundled(name))[1]
    value, multiply_adds = info.scores["test"]["accuracy"], info.network["multiply_adds"]
    called = f"`{name}` (ours, with ImageNet's weights)"
    return Figure(called, value, "`benchmarks/backbone/photo.py`", multiply_adds, ours=True)


def measured_novelty(folder: Path = RESULTS) -> list[Figure]:
    """How well the novelty of bundled models tells out-of-distribution pictures: rows with an AUROC."""
    figures = []
    for script, model in (("models/photographs", ""), ("models/watch_model", "watch: ")):
        for row in json.loads((folder / f"{script}.json").read_text(encoding="utf-8"))["rows"]:
            if found := re.match(r"AUROC ([\d.]+)", row["peer"]):
                what = f"{model}{row['what'].removesuffix(' called none of these')} (ours, n = {row['n']})"
                figures.append(Figure(what, float(found[1]), f"`benchmarks/{script}.py`", ours=True))
    return figures


def measured_rows(script: str, start: str, folder: Path = RESULTS) -> list[Figure]:
    """The rows of a script's results whose description begins with `start`."""
    rows = json.loads((folder / f"{script}.json").read_text(encoding="utf-8"))["rows"]
    figures = []
    for row in rows:
        if row["what"].startswith(start):
            number, percent = re.match(r"([\d.]+)(%?)", row["value"]).groups()  # type: ignore[union-attr]
            value = float(number) / (100 if percent else 1)
            name = f"{row['what']} (ours, n = {row['n']})"
            figures.append(Figure(name, value, f"`benchmarks/{script}.py`", ours=True))
    return figures


def scatter(title: str, figures: list[Figure]) -> Chart:
    """Accuracy against multiply-adds; each dot has the number of its row in the table.

    What has no multiply-adds, as a person has none, is a line across.
    """
    x = axes.Axis("multiply-adds, millions", 10, 10_000, (10, 100, 1_000, 10_000), logarithmic=True)
    y = axes.linear("test accuracy", min(one.value for one in figures), 1.0, axes.percent)
    chart = Chart(title, "The table below has every value.", x, y)
    numbered = list(enumerate(figures, 1))
    levels = [(number, one) for number, one in numbered if not one.multiply_adds]
    for number, one in levels:
        chart.line([(x.low, one.value), (x.high, one.value)], "level")
        chart.note(x.low * 1.1, one.value + 0.003, str(number))
    shown = [(number, one) for number, one in numbered if one.multiply_adds]
    dots = [(one.multiply_adds / 1e6, one.value) for _, one in shown]
    for dot, (_, one) in zip(dots, shown, strict=True):
        chart.dots([dot], "ours" if one.ours else "published", [one.name])
    for (number, _), place in zip(shown, free_places(x, y, dots), strict=True):
        chart.note(*place, str(number), "middle")
    return chart


def free_places(x: axes.Axis, y: axes.Axis, dots: list[Point]) -> list[Point]:
    """Where each dot's number is written: near it, clear of dots and other numbers."""
    # In units of the drawing; an axis takes about four fifths. A base line is below the middle of its number.
    across, down = WIDTH * 0.8, HEIGHT * 0.8
    taken = [(x.place(one) * across, y.place(value) * down) for one, value in dots]
    places = []
    for (left, up), (cost, value) in zip(list(taken), dots, strict=True):
        around = [
            (left + far * math.cos(angle), up + far * math.sin(angle))
            for far in (11, 15, 20, 26)
            for angle in (hour * math.pi / 6 for hour in range(12))
        ]
        spot = next((one for one in around if all(math.dist(one, other) >= 11 for other in taken)), around[0])
        taken.append(spot)
        places.append(
            (
                cost * (x.high / x.low) ** ((spot[0] - left) / across),
                value + (spot[1] - up - 4) / down * (y.high - y.low),
            )
        )
    return places


def bars(title: str, measure: str, figures: list[Figure]) -> Chart:
    """A bar for each figure, with the number of its row in the table."""
    count = len(figures)
    x = axes.Axis("row of the table", 0.5, count + 0.5, tuple(range(1, count + 1)))
    chart = Chart(title, "The table below has every value.", x, axes.shares(measure))
    for number, one in enumerate(figures, 1):
        chart.bars([(number - 0.35, number + 0.35, one.value)], "ours" if one.ours else "published")
        # Without its sign, which is on the axis, or a dozen of them run into each other.
        chart.note(number, one.value + 0.02, f"{100 * one.value:.1f}", "middle")
    return chart


def section(chart: Chart, figures: list[Figure]) -> str:
    """A chart and its table."""
    costs = any(one.multiply_adds for one in figures)
    heads = [
        "Number",
        "What",
        *(["MMAdds"] if costs else []),
        chart.y.title[0].upper() + chart.y.title[1:],
        "Source",
    ]
    rows = [
        [str(number), one.name]
        + ([f"{one.multiply_adds / 1e6:,.0f}" if one.multiply_adds else ""] if costs else [])
        + [f"{one.value:.2%}", one.source]
        for number, one in enumerate(figures, 1)
    ]
    drawn = f'<figure class="figure">{chart.svg()}</figure>'
    return "\n".join([f"### {chart.title}", "", drawn, "", markdown(heads, rows), ""])


def content() -> str:
    """What stands between the page's marks."""
    published = {
        name: [Figure(**one) for one in figures]
        for name, figures in json.loads(PUBLISHED.read_text(encoding="utf-8")).items()
    }
    accuracy = [*published["accuracy"], *measured_networks(), measured_model("photo")]
    accuracy.sort(key=lambda one: (one.multiply_adds or math.inf, one.value))
    corruptions = published["corruptions"] + [
        figure
        for model in robustness.PICTURES
        for figure in measured_rows("models/robustness", f"{model}: accuracy on corrupted pictures")
    ]
    novelty = published["novelty"] + measured_novelty()
    return "\n".join(
        [
            STYLE,
            "",
            section(scatter("Accuracy against multiply-adds", accuracy), accuracy),
            section(bars("Accuracy on corrupted pictures", "accuracy", corruptions), corruptions),
            section(bars("Novelty", "AUROC", novelty), novelty),
        ]
    )


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced(page, content(), START, END), encoding="utf-8")


if __name__ == "__main__":
    main()
