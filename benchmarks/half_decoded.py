"""What the bundled models make of pictures that are there in part, the rest grey; and of grey alone.

A file that ends too early is refused as damaged before a model sees it. A program that showed it all the
same, and saved what it showed, leaves a whole file whose lower part is grey.

    python -m benchmarks.half_decoded
"""

import numpy as np

from benchmarks.backbone.staging import half_decoded
from benchmarks.record import interval, photos, write
from tenfold.errors import PictureError
from tenfold.images import read
from tenfold.inference import Classifier
from tenfold.metrics import share
from tenfold.modelfile import BUNDLED

PARTS = (0.1, 0.25, 0.5, 0.75)
SURE = 0.9


def main() -> None:
    files = [path for path, _ in photos()]
    rows = [_cut_off()]
    pictures = [read(path) for path in files]
    greys = [np.full((192, 192, 3), level, np.uint8) for level in range(256)]
    for name in BUNDLED:
        model = Classifier(name, threads=1)
        for part in PARTS:
            answers = [model.classify(half_decoded(one, part)) for one in pictures]
            found = share(sum(not one.known for one in answers), len(answers))
            sure = sum(one.known and one.confidence > SURE for one in answers)
            rows.append(
                {
                    "what": f"{name}: the upper {part:.0%} of a photograph, then grey, called none of these",
                    "value": interval(found),
                    "n": f"{len(answers)}",
                    "peer": f"given a class with more than {SURE:.0%}: {sure}",
                }
            )
        answers = [model.classify(one) for one in greys]
        found = share(sum(not one.known for one in answers), len(answers))
        rows.append(
            {
                "what": f"{name}: a plain grey called none of these",
                "value": interval(found),
                "n": f"{len(answers)} levels",
                "peer": f"the surest is given {max(one.confidence for one in answers):.0%}",
            }
        )
    write(__file__, rows)


def _cut_off() -> dict[str, str]:
    """JPEG files of which the second half is missing."""
    files = [path for path, _ in photos() if path.suffix == ".jpg"]
    refused = 0
    for path in files:
        content = path.read_bytes()
        try:
            read(content[: len(content) // 2])
        except PictureError:
            refused += 1
    return {
        "what": "a JPEG file whose second half is missing, refused as damaged",
        "value": interval(share(refused, len(files))),
        "n": f"{len(files)}",
        "peer": "",
    }


if __name__ == "__main__":
    main()
