"""How good the bundled model `cifar10` is on CIFAR-10's test pictures, one view each, through ONNX Runtime.

python -m benchmarks.models.accuracy [--model FILE]
"""

import argparse
from pathlib import Path

from benchmarks.models.none_of_these import kept_by_choice
from benchmarks.record import DATA, write
from tenfold.datasets import cifar10
from tenfold.evaluation.evaluate import evaluate
from tenfold.inference import Classifier


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("cifar10"))
    classifier = Classifier(parser.parse_args().model)
    found = evaluate(classifier, cifar10.load_test(DATA))
    accuracy = found.accuracy
    n = f"{accuracy.n:,} pictures"
    write(
        __file__,
        [
            {
                "what": "Test accuracy, one view a picture",
                "value": f"{accuracy.value:.2%}, 95 % interval {accuracy.low:.2%} to {accuracy.high:.2%}",
                "n": n,
                "peer": "",
            },
            {
                "what": "Expected calibration error, 15 bins",
                "value": f"{found.calibration_error:.2%}",
                "n": n,
                "peer": "",
            },
            {
                "what": "Test pictures not called none of these",
                "value": f"{found.kept.value:.2%}",
                "n": n,
                "peer": kept_by_choice(classifier.info),
            },
        ],
    )


if __name__ == "__main__":
    main()
