"""How much of a model's accuracy is left under the 15 corruptions of CIFAR-10-C, made by us.

2,000 of CIFAR-10's test pictures, each under all 75 conditions. The figures of the bundled model cifar10 are
kept; those of another file are only printed.

    python -m benchmarks.robustness [--model FILE]
"""

import argparse
from pathlib import Path

from benchmarks.record import DATA, write
from tenfold.datasets import cifar10
from tenfold.evaluation.corruptions import CORRUPTIONS
from tenfold.evaluation.robustness import robustness
from tenfold.inference import Classifier

PICTURES = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path)
    model = parser.parse_args().model
    test = cifar10.load_test(DATA)
    found = robustness(Classifier(model or "cifar10"), test, pictures=PICTURES)
    n, titles = f"{PICTURES:,}", {one.name: one.title for one in CORRUPTIONS}
    rows = [
        {
            "what": "Accuracy on corrupted pictures, mean of 15 x 5",
            "value": f"{found.mean.value:.1%} (95 % interval {found.mean.low:.1%} to {found.mean.high:.1%})",
            "n": n,
            "peer": f"clean {found.clean.value:.1%}",
            "only": "docs",
        }
    ]
    for name, by_severity in found.scores.items():
        each = ", ".join(f"{share.value:.1%}" for share in by_severity.values())
        what = f"{titles[name]}, severities 1 to 5"
        rows.append({"what": what, "value": each, "n": n, "peer": "", "only": "docs"})
    write(__file__, rows, keep=model is None)


if __name__ == "__main__":
    main()
