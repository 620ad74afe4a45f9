"""What the bundled models were to reach, beside what was measured: docs/explanation/bundled-models.md.

Measures nothing: figures are read from the results of other scripts and from the model files, so that a model
that is bundled or measured later appears by itself.

    python -m benchmarks.aims
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.record import RESULTS, ROOT
from benchmarks.table import markdown, replaced
from tenfold import modelfile
from tenfold.modelfile import BUNDLED

PAGE = ROOT / "docs" / "explanation" / "bundled-models.md"
MODELS, AIMS = ("<!-- models -->", "<!-- /models -->"), ("<!-- aims -->", "<!-- /aims -->")
PERCENT, NUMBER, MILLIONS, MEGABYTES = "%", "", " million", " MB"


@dataclass(frozen=True)
class Measured:
    """A figure as it is compared, as it is written (with its interval), on how much, and by which script."""

    value: float
    said: str
    n: str
    script: str


# A figure of a model, or None where it was not measured.
Source = Callable[[str], Measured | None]


@dataclass(frozen=True)
class Aim:
    """What a model was to reach: at least `limit`, or at most; in percent, millions, MB or by itself."""

    what: str
    limit: float
    source: Source
    unit: str = PERCENT
    at_most: bool = False

    @property
    def said(self) -> str:
        return f"at {'most' if self.at_most else 'least'} {self.limit:g}{self.unit}"

    def verdict(self, found: Measured | None) -> str:
        if found is None:
            return "not measured"
        reached = found.value <= self.limit if self.at_most else found.value >= self.limit
        return "reached" if reached else "**not reached**"


def result(script: str, what: str, peer: str = "", *, beside: bool = False, folder: Path = RESULTS) -> Source:
    """The row of a script's results that begins so.

    Args:
        what: with MODEL for the model's name.
        peer: the figure is what follows this word in what was measured beside it.
        beside: what was measured beside it is written too.
    """

    def found(model: str) -> Measured | None:
        start = what.replace("MODEL", model)
        for row in json.loads((folder / f"{script}.json").read_text(encoding="utf-8"))["rows"]:
            if row["what"].startswith(start):
                said = row["peer"].partition(peer)[2].strip() if peer else row["value"]
                shown = f"{said}; {row['peer']}" if beside else said
                return Measured(_number(said), shown, row["n"], f"benchmarks/{script}.py")
        return None

    return found


def test_score(key: str) -> Source:
    """A share of CIFAR-10's test pictures, as it was measured through the file and stands in it."""

    def found(model: str) -> Measured | None:
        test = modelfile.read(modelfile.bundled(model))[1].scores["test"]
        said = f"{test[key]:.2%}"
        if f"{key}_low" in test:
            said += f" ({test[f'{key}_low']:.2%} to {test[f'{key}_high']:.2%})"
        return Measured(100 * test[key], said, f"{test['pictures']:,}", f"tenfold model show {model}")

    return found


def cost(model: str) -> Measured | None:
    """Millions of multiply-adds for a view."""
    millions = modelfile.read(modelfile.bundled(model))[1].network["multiply_adds"] / 1e6
    return Measured(millions, f"{millions:.0f} million", "", f"tenfold model show {model}")


def size(model: str) -> Measured | None:
    """Of the file."""
    megabytes = modelfile.bundled(model).stat().st_size / 1e6
    return Measured(megabytes, f"{megabytes:.1f} MB", "", f"tenfold model show {model}")


_UNRELATED = "MODEL: unrelated photographs called none of these"
_ALIKE = "MODEL: photographs of look-alikes called none of these"
_KEPT = result("models/photographs", "MODEL: photographs of the ten not called none of these")
_CORRUPTED = result("models/robustness", "MODEL: accuracy on corrupted pictures")
OF: dict[str, tuple[Aim, ...]] = {
    "photo": (
        Aim(
            "photographs right, as many of each class",
            98.5,
            result("models/photographs", "MODEL: photographs right, all"),
        ),
        Aim("its worst class", 95, result("models/photographs", "MODEL: worst class")),
        Aim(
            "calibration error on photographs",
            1.5,
            result("models/photographs", "MODEL: calibration error on photographs", beside=True),
            at_most=True,
        ),
        Aim("CIFAR-10's test pictures right", 95, test_score("accuracy")),
        Aim("the same, corrupted", 85, _CORRUPTED),
        Aim("AUROC, unrelated photographs", 0.985, result("models/photographs", _UNRELATED, "AUROC"), NUMBER),
        Aim("AUROC, look-alikes", 0.94, result("models/photographs", _ALIKE, "AUROC"), NUMBER),
        Aim("unrelated photographs called none of these", 92, result("models/photographs", _UNRELATED)),
        Aim("photographs of the ten not called so", 97, _KEPT),
        Aim(
            "photographs classified while `cifar10` classifies one",
            1.5,
            result("models/photographs", "photographs classified by photo while cifar10"),
            NUMBER,
        ),
        Aim("multiply-adds for a photograph", 450, cost, MILLIONS, at_most=True),
        Aim("the file", 20, size, MEGABYTES, at_most=True),
    ),
    "cifar10-small": (
        Aim("CIFAR-10's test pictures right, one view", 95.3, test_score("accuracy")),
        Aim("the same, corrupted", 83, _CORRUPTED),
        Aim("calibration error on test pictures", 0.7, test_score("calibration_error"), at_most=True),
        Aim("AUROC, unrelated photographs", 0.93, result("models/photographs", _UNRELATED, "AUROC"), NUMBER),
        Aim("AUROC, look-alikes", 0.85, result("models/photographs", _ALIKE, "AUROC"), NUMBER),
        Aim("unrelated photographs called none of these", 70, result("models/photographs", _UNRELATED)),
        Aim("photographs of the ten not called so", 95, _KEPT),
        Aim("multiply-adds for a view", 130, cost, MILLIONS, at_most=True),
        Aim("the file", 10, size, MEGABYTES, at_most=True),
    ),
}


def models() -> str:
    """What each bundled model is, by its file, with its report."""
    heads = ("", "Classes", "Sees", "Test pictures right (95 % interval)", "n", "Multiply-adds", "File")
    rows = []
    for name in BUNDLED:
        info = modelfile.read(modelfile.bundled(name))[1]
        right = test_score("accuracy")(name)
        assert right is not None
        costs = [one.said for one in (cost(name), size(name)) if one]
        side = f"{info.input_size} x {info.input_size}"
        named = f"`{name}`, [report](../reports/{name}.html)"
        rows.append((named, str(len(info.labels)), side, right.said, right.n, *costs))
    return f"\n{markdown(heads, rows)}\n"


def aims() -> str:
    """Each aim of each bundled model with what was measured."""
    return "\n".join(f"\n### {name}\n{_aims_of(name)}" for name in BUNDLED if name in OF)


def _aims_of(name: str) -> str:
    rows = []
    for aim in OF[name]:
        found = aim.source(name)
        measured = (found.said, found.n, f"`{found.script}`") if found else ("", "", "")
        rows.append((aim.what, aim.said, aim.verdict(found), *measured))
    heads = ("", "Aim", "", "Measured (95 % interval or spread)", "n", "By")
    return f"\n{markdown(heads, rows)}\n"


def content(page: str) -> str:
    """The page with both tables."""
    return replaced(replaced(page, models(), *MODELS), aims(), *AIMS)


def _number(said: str) -> float:
    """The first number of a figure; of "9 of 10" the share in percent."""
    if hits := re.search(r"(\d+) of (\d+)", said):
        return 100 * int(hits[1]) / int(hits[2])
    number = re.match(r"[\d.]+", said)
    assert number is not None, said
    return float(number[0])


def main() -> None:
    PAGE.write_text(content(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
