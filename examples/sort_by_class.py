"""Copies the pictures of one folder into another, sorted into folders by class.

python examples/sort_by_class.py FROM TO [SURE]

A picture goes to "unsure" where the model is less than SURE (0.5) certain, or knows nothing like it.
"""

import shutil
import sys
from pathlib import Path

from tenfold import Classifier, PictureError, Prediction


def folder_for(prediction: Prediction, sure: float) -> str:
    certain = prediction.known and prediction.confidence >= sure
    return prediction.label if certain else "unsure"


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    sure = float(sys.argv[3]) if len(sys.argv) > 3 else 0.5
    classifier = Classifier()
    for path in sorted(p for p in source.iterdir() if p.is_file()):
        try:
            prediction = classifier.classify(path)
        except PictureError as error:
            print(f"left out: {error}")
            continue
        place = target / folder_for(prediction, sure)
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)


if __name__ == "__main__":
    main()
