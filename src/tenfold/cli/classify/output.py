"""Predictions as a table, as JSON or as CSV, written row by row. Does not know how they were made."""

import csv
import json
from collections.abc import Sequence
from typing import Any, Protocol, TextIO

from tenfold.cli.terminal.text import padded, printable, width
from tenfold.errors import PictureError
from tenfold.modelfile import ClassName
from tenfold.predictions import Prediction

# "None of these" in the languages of class names.
NONE = {"en": "none of these", "uk": "нічого з цього", "ru": "ничего из этого"}
_WIDEST_NAME = 100
_NONE_NEAREST, _NO_DIFFERENCE = "no class is nearer than the others", 0.0005
# A spreadsheet takes a cell that starts with one of these for a formula, also after spaces.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class AnswerWriter(Protocol):
    """Where answers go."""

    def start(self) -> None: ...
    def add(self, name: str, prediction: Prediction, explained: str | None) -> None: ...
    def add_problem(self, name: str, error: PictureError) -> None: ...
    def end(self) -> None: ...


class Table:
    """For people, with class names in their language. Problems are not in it: they go to standard error."""

    def __init__(
        self, out: TextIO, files: Sequence[str], classes: Sequence[ClassName], top: int, language: str
    ) -> None:
        self._out, self._top = out, top
        self._names = {c.label: printable(c.names.get(language, c.label)) for c in classes}
        self._none = NONE[language]
        self._file_width = max((min(width(printable(file)), _WIDEST_NAME) for file in files), default=0)
        self._class_width = max(map(width, (self._none, *self._names.values())))
        self._titled = len(files) > 1

    def start(self) -> None:
        if self._titled:
            self._row("FILE", "CLASS", "SURE", "")

    def add(self, name: str, prediction: Prediction, explained: str | None) -> None:
        ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])
        chances = [f"{self._names[label]} {_percent(chance)}" for label, chance in ranked]
        if prediction.known:
            sure, more = _percent(prediction.confidence), ", ".join(chances[1 : self._top])
            self._row(printable(name), self._names[prediction.label], sure, more)
        else:
            # Of a picture of which half is missing all classes are as likely.
            equal = ranked[0][1] - ranked[-1][1] < _NO_DIFFERENCE
            nearest = _NONE_NEAREST if equal else f"nearest: {', '.join(chances[: self._top])}"
            self._row(printable(name), self._none, "", nearest)

    def add_problem(self, name: str, error: PictureError) -> None:
        pass

    def end(self) -> None:
        pass

    def _row(self, name: str, label: str, sure: str, more: str) -> None:
        name, label = padded(name, max(self._file_width, 4)), padded(label, self._class_width)
        self._out.write(f"{name}  {label}  {sure:>6}  {more}".rstrip() + "\n")


class Json:
    """One array with an object for each picture, in the shape of the HTTP API's results."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._separator = "[\n"

    def start(self) -> None:
        pass

    def add(self, name: str, prediction: Prediction, explained: str | None) -> None:
        self._write(
            {"name": name, "prediction": prediction.to_dict(), "problem": None, "explained": explained}
        )

    def add_problem(self, name: str, error: PictureError) -> None:
        problem = {
            "code": error.code,
            "title": error.title,
            "detail": str(error),
            "subject": error.subject,
            "problem": error.problem,
            "received": error.received,
            "cure": error.cure,
        }
        self._write({"name": name, "prediction": None, "problem": problem, "explained": None})

    def end(self) -> None:
        self._out.write("\n]\n" if self._separator != "[\n" else "[]\n")

    def _write(self, answer: dict[str, Any]) -> None:
        self._out.write(self._separator + json.dumps(answer))
        self._separator = ",\n"


class Csv:
    """A row for each picture. A text that a spreadsheet would run as a formula gets a ' before it."""

    def __init__(self, out: TextIO, labels: Sequence[str]) -> None:
        self._writer = csv.writer(out, lineterminator="\n")
        self._labels = labels

    def start(self) -> None:
        chances = (f"p({label})" for label in self._labels)
        self._writer.writerow(["file", "class", "confidence", "known", "novelty", "problem", *chances])

    def add(self, name: str, prediction: Prediction, explained: str | None) -> None:
        self._writer.writerow(
            [
                _cell(name),
                _cell(prediction.label),
                prediction.confidence,
                "true" if prediction.known else "false",
                prediction.novelty,
                "",
                *prediction.probabilities.values(),
            ]
        )

    def add_problem(self, name: str, error: PictureError) -> None:
        self._writer.writerow([_cell(name), "", "", "", "", _cell(str(error)), *[""] * len(self._labels)])

    def end(self) -> None:
        pass


def _percent(chance: float) -> str:
    return f"{chance:.1%}"


def _cell(text: str) -> str:
    safe = printable(text)
    return f"'{safe}" if safe.lstrip(" ").startswith(_FORMULA) else safe
