"""How long training took to reach 94 % of the validation pictures, from a run's own record.

tenfold train --run RUN && python -m benchmarks.training.time_to_94 RUN
"""

import argparse
from pathlib import Path

from benchmarks.record import ROOT, write
from tenfold.runs.run import Run

BUNDLED = ROOT / "benchmarks" / "runs" / "bundled"
GOAL = 0.94


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, nargs="?", default=BUNDLED)
    lines = Run(parser.parse_args().run).epochs
    last = lines[-1]
    reached = next((line for line in lines if line["validation_accuracy"] >= GOAL), None)
    value = (
        f"{reached['seconds'] / 60:.0f} minutes, epoch {reached['epoch']} of {reached['epochs']}"
        if reached
        else f"not reached; best {max(line['validation_accuracy'] for line in lines):.2%}"
    )
    write(
        __file__,
        [
            {
                "what": "Training time to 94 % of the validation pictures",
                "value": value,
                "n": "1 run, on a machine with other work",
                "peer": f"the whole run: {last['seconds'] / 60:.0f} minutes "
                f"to {last['validation_accuracy']:.2%}",
            }
        ],
    )


if __name__ == "__main__":
    main()
