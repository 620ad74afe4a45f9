"""tenfold model: the models that there are, and what a model file says of itself."""

import json
import os
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal.text import say

# As tenfold.evaluation writes them.
_ACCURACY = ("accuracy", "accuracy_low", "accuracy_high", "pictures")

if TYPE_CHECKING:
    from tenfold.modelfile import ModelInfo


@click.group()
def model() -> None:
    """List models, and look into model files."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_models(as_json: bool) -> None:
    """List the models that can answer: bundled and own ones, and which one is live.

    The same list as that of `tenfold models`, whose commands change it.
    """
    from tenfold.cli.models.models import print_list

    print_list(as_json=as_json)


@model.command()
@click.argument("file", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def show(file: str | None, as_json: bool) -> None:
    """Print what a model file says of itself: its classes, figures and origin.

    Without FILE, the model that `tenfold classify` would use.
    """
    from hashlib import sha256

    from tenfold import modelfile, settings

    path = os.fspath(modelfile.locate(file or settings.load().model))
    content, info = modelfile.read(path)
    facts = {"file": path, "bytes": len(content), "sha256": sha256(content).hexdigest()}
    if as_json:
        click.echo(json.dumps({**facts, **info.to_dict()}, indent=2))
        return
    for title, rows in _sections(facts, info):
        if not rows:
            continue
        click.echo(f"\n{title}" if title else "", nl=bool(title))
        column = max(len(name) for name, _ in rows)
        for name, value in rows:
            say(f"  {name.ljust(column)}  {value}")


def _sections(facts: dict[str, Any], info: "ModelInfo") -> list[tuple[str, list[tuple[str, str]]]]:
    """Titles, and under each the names and values that stand there."""
    # Of what it learned, but also on what it was chosen and evaluated.
    recipe = {"Network": info.network, "How it was made": info.training}
    return [
        (
            "",
            [
                ("model", f"{info.name}, {len(info.classes)} classes"),
                ("file", f"{facts['file']}, {facts['bytes'] / 1e6:.1f} MB"),
                ("licence", info.licence),
                ("made by", f"tenfold {info.tenfold_version}"),
            ],
        ),
        (
            "What it answers",
            [
                ("classes", ", ".join(info.labels)),
                ("languages", ", ".join(sorted({name for c in info.classes for name in c.names}))),
                (
                    "none of these",
                    f"above a novelty of {info.threshold:.4g}; keeps {info.known_rate:.0%} of known pictures",
                ),
                ("temperature", f"{info.temperature:.4g}"),
            ],
        ),
        (
            "What it is shown",
            [
                ("pixels", f"{info.input_size} x {info.input_size}, resized by {info.resize}"),
                ("views", info.views),
            ],
        ),
        ("How well it does", [row for name, part in info.scores.items() for row in _scores(name, part)]),
        *((title, _rows(part)) for title, part in recipe.items()),
        ("Checks", [("sha256", facts["sha256"]), ("data", info.data_fingerprint)]),
    ]


def _scores(name: str, figures: object) -> list[tuple[str, str]]:
    """What was measured on one set of pictures. A model file may come from anybody and hold anything here."""
    from tenfold.evaluation.caveats import stored

    if not isinstance(figures, dict):
        return _rows({name: figures})
    rest = {key: value for key, value in figures.items() if key != "caveats"}
    notes = [(f"{name}, note", one["sentence"]) for one in stored(figures)]
    measured = [rest.get(key) for key in _ACCURACY]
    rows = []
    if all(isinstance(one, int | float) for one in measured):
        accuracy, low, high, count = measured
        value = f"{accuracy:.2%} (95% interval {low:.2%} to {high:.2%}, n = {count:,})"
        rows = [(f"{name}, accuracy", value)]
        rest = {key: value for key, value in rest.items() if key not in _ACCURACY}
    return [*rows, *_rows(rest, f"{name}, "), *notes]


def _rows(mapping: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """A mapping as names and values; what is inside another mapping gets both names."""
    rows: list[tuple[str, str]] = []
    for key, value in mapping.items():
        name = f"{before}{key}".replace("_", " ")
        rows += _rows(value, f"{name}, ") if isinstance(value, dict) else [(name, _value(value))]
    return rows


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(_runs(value))
    return "-" if value is None else str(value)


def _runs(values: list[Any]) -> list[str]:
    """Whole numbers that follow each other as `first to last`: ImageNet has more than a hundred dogs."""
    runs: list[list[Any]] = []
    for one in values:
        if runs and type(one) is type(runs[-1][-1]) is int and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [
        text
        for run in runs
        for text in ([f"{_value(run[0])} to {_value(run[-1])}"] if len(run) > 2 else map(_value, run))
    ]
