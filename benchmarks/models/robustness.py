"""How much of a model's accuracy is left under the 15 corruptions of CIFAR-10-C, made by us.

Some of CIFAR-10's test pictures, each under all 75 conditions. The figures of the bundled models of the ten
classes are kept; those of another file are only printed.

    python -m benchmarks.models.robustness [--model FILE]
"""

import argparse
from pathlib import Path

from benchmarks.record import DATA, write
from tenfold.datasets import cifar10
from tenfold.evaluation.corruptions import CORRUPTIONS
from tenfold.evaluation.robustness import robustness
from tenfold.inference import Classifier

# By model; photo takes ten times as long for a picture.
PICTURES = {"photo": 200, "cifar10": 2000, "cifar10-small": 2000}


def rows(model: str, pictures: int) -> list[dict[str, str]]:
    """The figures of one model."""
    found = robustness(Classifier(model), cifar10.load_test(DATA), pictures=pictures)
    n, name = f"{pictures:,}", Path(model).stem
    mean = f"{found.mean.value:.1%} (95 % interval {found.mean.low:.1%} to {found.mean.high:.1%})"
    clean = f"clean {found.clean.value:.1%}"
    titles = {one.name: one.title for one in CORRUPTIONS}
    cells = [(f"{name}: accuracy on corrupted pictures, mean of 15 x 5", mean, clean)]
    for corruption, by_severity in found.scores.items():
        each = ", ".join(f"{share.value:.1%}" for share in by_severity.values())
        cells.append((f"{name}: {titles[corruption]}, severities 1 to 5", each, ""))
    return [{"what": what, "value": value, "n": n, "peer": peer} for what, value, peer in cells]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path)
    model = parser.parse_args().model
    chosen = PICTURES if model is None else {str(model): max(PICTURES.values())}
    write(
        __file__,
        [row for name, pictures in chosen.items() for row in rows(name, pictures)],
        keep=model is None,
    )


if __name__ == "__main__":
    main()
