"""Charts of training curves, in reports, comparisons and on the page. Knows runs' folders; nothing of HTTP.

The page is in three languages; the few words of these charts and how a number is written are here in each.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import Chart
from tenfold.runs.run import Run

Figure = Literal[
    "accuracy", "loss", "precision", "recall",
    "validation_accuracy", "validation_loss", "validation_precision", "validation_recall",
]  # fmt: skip
Language = Literal["en", "uk", "ru"]
# The number of line styles, which are used in turn.
STYLES = 6

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "epoch": "epoch", "ends at": "{name} ends at {value}", "training": "training",
        "validation": "validation", "accuracy": "accuracy", "loss": "loss",
        "precision": "precision", "recall": "recall",
    },
    "uk": {
        "epoch": "епоха", "ends at": "{name}: наприкінці {value}", "training": "навчання",
        "validation": "валідація", "accuracy": "точність", "loss": "втрати",
        "precision": "влучність", "recall": "повнота",
    },
    "ru": {
        "epoch": "эпоха", "ends at": "{name}: в конце {value}", "training": "обучение",
        "validation": "валидация", "accuracy": "точность", "loss": "потери",
        "precision": "точность класса", "recall": "полнота",
    },
}  # fmt: skip

# In Ukrainian and Russian a comma stands before decimals, and an unbreakable space before a percent sign.
_WITH_COMMA = str.maketrans({".": ",", ",": "\N{NO-BREAK SPACE}", "%": "\N{NO-BREAK SPACE}%", " ": ""})


def figure_in(language: Language, text: str) -> str:
    """A number or a percentage that is written in English, as the language writes it."""
    return text if language == "en" else text.translate(_WITH_COMMA)


def run_chart(run: Run, figure: str, language: Language = "en") -> Chart | None:
    """A figure of one run on its training and on its validation pictures; None where neither was kept.

    Args:
        figure: one of accuracy, loss, precision, recall.
    """
    words = _WORDS[language]
    curves = (("training", "second", figure), ("validation", "first", f"validation_{figure}"))
    kept = [
        (words[part], style, dict(points)) for part, style, name in curves if (points := run.points(name))
    ]
    if not kept:
        return None
    series = {name: curve for name, _, curve in kept}
    return epochs_chart(words[figure].capitalize(), figure, series, [style for _, style, _ in kept], language)


def runs_chart(
    runs: Mapping[str, Run], figure: Figure, language: Language = "en", *, title: str = ""
) -> Chart | None:
    """One figure of several runs laid together; None where none of them kept it.

    Args:
        runs: by the names that the legend gives them; a run keeps its style whatever the others kept.
        title: what the chart is called; by default the figure's name.
    """
    words = _WORDS[language]
    part = "validation" if figure.startswith("validation_") else "training"
    title = title or f"{words[figure.removeprefix('validation_')].capitalize()}, {words[part]}"
    styles = {name: f"m{place % STYLES + 1}" for place, name in enumerate(runs)}
    series = {name: dict(points) for name, run in runs.items() if (points := run.points(figure))}
    if not series:
        return None
    return epochs_chart(title, figure, series, [styles[name] for name in series], language)


def epochs_chart(
    title: str,
    figure: str,
    series: Mapping[str, Mapping[int, float]],
    styles: Sequence[str],
    language: Language = "en",
) -> Chart:
    """Curves over epochs, with a tip at each epoch.

    Args:
        title: what the chart shows.
        figure: what its y axis measures: a loss, shown from 0, or a share.
        series: by name, a value for each epoch; none is empty.
        styles: of each series, in their order.
    """
    words, measured = _WORDS[language], figure.removeprefix("validation_")
    is_share = measured != "loss"
    values = [value for curve in series.values() for value in curve.values()]
    epochs = sorted({epoch for curve in series.values() for epoch in curve})
    low = min(values) if is_share else min(0.0, *values)
    high = min(1.0, max(values)) if is_share else max(values)

    def written(value: float) -> str:
        return figure_in(language, f"{value:.2%}" if is_share else f"{value:.4f}")

    def tick(value: float) -> str:
        return figure_in(language, axes.percent(value) if is_share else axes.plain(value))

    ends = [words["ends at"].format(name=name, value=written(c[max(c)])) for name, c in series.items()]
    chart = Chart(
        title,
        "; ".join(ends) + ".",
        axes.linear(words["epoch"], epochs[0], max(epochs[-1], epochs[0] + 1), exact=True, whole=True),
        axes.linear(words[measured], low, high, tick),
    )
    for (name, curve), style in zip(series.items(), styles, strict=True):
        chart.line(sorted(curve.items()), style, name)
    tips = [
        f"{words['epoch']} {epoch}: "
        + ", ".join(f"{name} {written(curve[epoch])}" for name, curve in series.items() if epoch in curve)
        for epoch in epochs
    ]
    chart.columns([(epoch - 0.5, epoch + 0.5) for epoch in epochs], tips)
    return chart
