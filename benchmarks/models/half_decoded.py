"""What the bundled models make of pictures that are there in part, the rest grey; and of grey alone.

A file that ends too early is refused as damaged before a model sees it. A program that showed it all the
same, and saved what it showed, leaves a whole file whose lower part is grey, of another colour, or the last
row again and again. Besides: how many whole pictures the check for missing parts takes for such.

    python -m benchmarks.models.half_decoded
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.backbone.staging import half_decoded
from benchmarks.record import DATA, SAMPLES, interval, out_of_distribution, photos, write
from tenfold.datasets import cifar10
from tenfold.errors import PictureError
from tenfold.export import partial
from tenfold.images import read
from tenfold.inference import Classifier
from tenfold.metrics import share
from tenfold.modelfile import BUNDLED, DEFAULT

Pixels = NDArray[np.uint8]
Fill = int | tuple[int, int, int] | None
Row = dict[str, str]
PARTS = (0.1, 0.25, 0.5, 0.75)
SURE = 0.9
# How much below is missing, by what, and as what the rest was saved, by turns.
MISSING = (1 / 4, 1 / 3, 1 / 2, 2 / 3)
FILLS: dict[str, Fill] = {
    "grey": 128,
    "black": 0,
    "white": 255,
    "green": (0, 135, 0),
    "the last row again": None,
}
SAVED: tuple[tuple[str, dict[str, int]], ...] = (
    ("PNG", {}),
    ("JPEG", {"quality": 80}),
    ("WEBP", {"quality": 80}),
)
FRAMES = 60


def main() -> None:
    files = [path for path, _ in photos()]
    rows = [_cut_off()]
    pictures = [read(path) for path in files]
    greys = [np.full((192, 192, 3), level, np.uint8) for level in range(256)]
    for name in BUNDLED:
        model = Classifier(name, threads=1)
        for part in PARTS:
            what = f"the upper {part:.0%} of a photograph, then grey"
            rows.append(_told(name, model, what, [half_decoded(one, part) for one in pictures]))
        for missing in MISSING if name == DEFAULT else (1 / 2,):
            for fill, value in FILLS.items():
                what = f"the lower {missing:.0%} of a photograph replaced by {fill}"
                shown = [saved(filled(one, missing, value), k) for k, one in enumerate(pictures)]
                rows.append(_told(name, model, what, shown))
        answers = [model.classify(one) for one in greys]
        found = share(sum(not one.known for one in answers), len(answers))
        surest = f"the surest is given {max(one.confidence for one in answers):.0%}"
        what = f"{name}: a plain grey called none of these"
        rows.append({"what": what, "value": interval(found), "n": f"{len(answers)} levels", "peer": surest})
    write(__file__, rows + _mistaken(files))


def filled(pixels: Pixels, missing: float, value: Fill) -> Pixels:
    """The lower share replaced by a colour; by the last row that is left where that is None."""
    found = pixels.copy()
    at = round(len(found) * (1 - missing))
    found[at:] = found[at - 1] if value is None else np.array(value)
    return found


def saved(pixels: Pixels, number: int) -> bytes:
    """A file of the picture."""
    kind, options = SAVED[number % len(SAVED)]
    Image.fromarray(pixels).save(file := io.BytesIO(), kind, **options)
    return file.getvalue()


def _told(name: str, model: Classifier, what: str, shown: Sequence[Pixels | bytes]) -> Row:
    answers = [model.classify(one) for one in shown]
    sure = sum(one.known and one.confidence > SURE for one in answers)
    return {
        "what": f"{name}: {what}, called none of these",
        "value": interval(share(sum(not one.known for one in answers), len(answers))),
        "n": f"{len(answers)}",
        "peer": f"given a class with more than {SURE:.0%}: {sure}",
    }


def _mistaken(files: Sequence[Path]) -> list[Row]:
    """Whole pictures of which the check says that a part is missing, in one view at least."""
    test = cifar10.load_test(DATA).pictures
    kinds = {
        "photographs of the ten": list(map(read, files)),
        "unrelated photographs": list(map(read, out_of_distribution())),
        "frames of the clips": list(_frames()),
    }
    rows = [_mistaken_row("CIFAR-10's test pictures", "cifar10", partial.found(test, plain=True))]
    for name in ("photo", "cifar10", "cifar10-small"):
        model = Classifier(name, threads=1)
        for what, pictures in kinds.items():
            views = [model.prepare(one).pixels for one in pictures]
            each = np.cumsum([0, *map(len, views)])
            found = partial.found(np.concatenate(views), plain=True)
            rows.append(_mistaken_row(what, name, np.logical_or.reduceat(found, each[:-1])))
    return rows


def _mistaken_row(what: str, name: str, found: NDArray[np.bool_]) -> Row:
    return {
        "what": f"{what}, in the views of {name}, taken for pictures of which a part is missing",
        "value": interval(share(int(found.sum()), len(found))),
        "n": f"{len(found):,}",
        "peer": f"{int(found.sum())} pictures",
    }


def _frames() -> Iterator[Pixels]:
    """Frames of each clip, evenly over its first minute or so."""
    for file in sorted((SAMPLES / "clips").glob("*.[am]*")):
        with av.open(str(file)) as clip:
            for number, frame in enumerate(clip.decode(video=0)):
                if number % 10 == 0:
                    yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                if number >= 10 * FRAMES:
                    break


def _cut_off() -> Row:
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
