"""Processor time of what `tenfold teach` does once it has the pictures' features, on made-up features.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.teaching.teach_time

Features are like those of the shipped backbone: 1,280 numbers, none below 0, of unit length. Reading pictures
and the backbone are not counted.
"""

import time

import numpy as np

from tenfold.teaching.teach import teach

SIZES = ((200, 4), (5_000, 10), (5_000, 50))
RUNS = 3
WIDTH = 1_280


def main() -> None:
    random = np.random.default_rng(0)
    for pictures, classes in SIZES:
        labels = np.arange(pictures) % classes
        centres = random.normal(size=(classes, WIDTH))
        features = np.maximum(0.35 * centres[labels] + random.normal(size=(pictures, WIDTH)), 0)
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        seconds = []
        for _ in range(RUNS):
            begun = time.process_time()
            teach(features.astype(np.float32), labels, [str(number) for number in range(classes)])
            seconds.append(time.process_time() - begun)
        each = ", ".join(f"{one:.2f}" for one in sorted(seconds))
        print(f"{pictures:,} pictures of {classes} classes: {each} s")


if __name__ == "__main__":
    main()
