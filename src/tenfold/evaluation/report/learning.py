"""Section: would more labelled pictures help, and of which class?"""

from tenfold.errors import counted
from tenfold.evaluation.learning_curve import LearningCurve
from tenfold.evaluation.report import axes
from tenfold.evaluation.report.charts import Chart
from tenfold.evaluation.report.section import Section


def section(curve: LearningCurve) -> Section:
    """The curve, its verdict, and what the last doubling brought for each class."""
    return Section(
        "learning",
        "Would more pictures help?",
        facts={"learning_curve": curve.facts()},
        shown={
            "charts": [_chart(curve)],
            "verdict": curve.verdict(),
            "curve": curve,
            "gains": curve.gains(),
        },
    )


def _chart(curve: LearningCurve) -> Chart:
    values = [(p.pictures, p.accuracy) for p in curve.points]
    last = values[-1][1].value
    chart = Chart(
        "Accuracy by training pictures",
        f"{values[0][1].value:.2%} on {counted(values[0][0], 'picture')}, {last:.2%} on {values[-1][0]:,}.",
        axes.linear("training pictures", 0, values[-1][0], exact=True),
        axes.linear(
            "test accuracy",
            min(a.low for _, a in values),
            max(a.high for _, a in values),
            axes.percent,
        ),
    )
    for name, style in (("high", "second"), ("low", "second")):
        label = "95 % interval" if name == "low" else ""
        chart.line([(count, getattr(a, name)) for count, a in values], style, label)
    chart.line([(count, a.value) for count, a in values], "first", "accuracy")
    tips = [
        f"{counted(count, 'picture')}: {a.value:.2%} ({a.low:.2%} to {a.high:.2%})" for count, a in values
    ]
    chart.dots([(count, a.value) for count, a in values], "first", tips)
    return chart
