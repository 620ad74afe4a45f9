"""The p-chart of a station as a drawing, in three languages. Knows no trail and nothing of HTTP."""

from collections.abc import Sequence

from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import DOT, Chart
from tenfold.evaluation.report.curves import Language, figure_in
from tenfold.line.trail.statistics import Subgroup

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Share of rejected parts (p-chart)",
        "rejected": "rejected",
        "limits": "control limits",
        "first": "first part of the group",
        "tip": "from part {first}, {parts} parts: {rejects} rejected, limits {low} to {high}",
        "outside": "{count} of {groups} groups are outside the limits.",
    },
    "uk": {
        "title": "Частка бракованих деталей (p-карта)",
        "rejected": "забраковано",
        "limits": "контрольні межі",
        "first": "перша деталь групи",
        "tip": "від деталі {first}, деталей: {parts}; забраковано {rejects}, межі {low}–{high}",
        "outside": "Поза межами груп: {count} із {groups}.",
    },
    "ru": {
        "title": "Доля забракованных деталей (p-карта)",
        "rejected": "забраковано",
        "limits": "контрольные границы",
        "first": "первая деталь группы",
        "tip": "от детали {first}, деталей: {parts}; забраковано {rejects}, границы {low}–{high}",
        "outside": "Вне границ групп: {count} из {groups}.",
    },
}


def p_chart(groups: Sequence[Subgroup], language: Language = "en") -> Chart:
    """Draw the share of rejects of each group (one at least) with control limits, and mark points outside."""
    words = _WORDS[language]
    outside = [one for one in groups if one.outside]

    def written(value: float) -> str:
        return figure_in(language, f"{value:.1%}")

    top = max(0.01, *(max(one.high, one.rejects) for one in groups))
    first, last = groups[0].first, groups[-1].first
    chart = Chart(
        words["title"],
        words["outside"].format(count=len(outside), groups=len(groups)),
        axes.linear(
            words["first"], first, max(last, first + 1), lambda value: f"{value:.0f}", exact=True, whole=True
        ),
        axes.linear(words["rejected"], 0.0, top, lambda value: figure_in(language, axes.percent(value))),
    )
    chart.line([(one.first, one.high) for one in groups], "ideal", words["limits"])
    chart.line([(one.first, one.low) for one in groups], "ideal")
    chart.line([(one.first, one.rejects) for one in groups], "first", words["rejected"])
    for style, some, size in (
        ("first", [one for one in groups if not one.outside], DOT),
        ("second", outside, 2 * DOT),
    ):
        tips = [
            words["tip"].format(
                first=one.first,
                parts=one.parts,
                rejects=written(one.rejects),
                low=written(one.low),
                high=written(one.high),
            )
            for one in some
        ]
        chart.dots([(one.first, one.rejects) for one in some], style, tips, [size] * len(some))
    return chart
