"""Prints what is in every picture of a folder, and how many there are of each class.

python examples/classify_folder.py FOLDER
"""

import sys
from collections import Counter
from pathlib import Path

from tenfold import Classifier, PictureError


def main() -> None:
    classifier = Classifier()
    counts: Counter[str] = Counter()
    for path in sorted(p for p in Path(sys.argv[1]).rglob("*") if p.is_file()):
        try:
            prediction = classifier.classify(path)
        except PictureError as error:
            print(error)
            continue
        label = prediction.label if prediction.known else "none of these"
        counts[label] += 1
        print(f"{path.name}: {label} ({prediction.confidence:.0%})")
    for label, count in counts.most_common():
        print(f"{count:5}  {label}")


if __name__ == "__main__":
    main()
