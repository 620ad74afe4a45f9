"""Good parts alone: what `tenfold teach` with one class keeps and refuses, beside the nearest neighbour.

Drawn parts (`examples/draw_parts.py`) with made-up defects: scratches, blots, missing corners, wrong colours.
Each draw learns from some good parts, and judges other good ones and as many of each defect. The nearest
neighbour has the same features of the same backbone, and its threshold by the same rule: the share of learned
parts that it keeps where each is left out in turn. The parts that judge choose nothing.

    python -m benchmarks.teaching.defects [--draws N] [--judging N]
"""

import argparse
import random
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import interval, write
from examples.draw_parts import DEFECTS, part
from tenfold import images, metrics
from tenfold.inference import Classifier
from tenfold.line.pictures.pictures import crop, part_box
from tenfold.line.simulator.scene import Scene
from tenfold.teaching.teach import KEEP
from tenfold.workflows.teach import embeddings_of, teach

LEARNED = (10, 20, 40)
GOOD, SEEN = "good", "good, by the line's camera"
KINDS = (GOOD, SEEN, *DEFECTS)
Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass
class Scores:
    """Of one kind of parts and one way to judge: what it refused, and the AUROC of each draw."""

    refused: list[bool] = field(default_factory=list)
    aurocs: list[float] = field(default_factory=list)


def drawn(folder: Path, chance: random.Random, kind: str, count: int) -> list[Path]:
    """Draw parts into a folder."""
    folder.mkdir(parents=True)
    files = [folder / f"{kind}-{number}.png" for number in range(count)]
    for file in files:
        part(chance, kind if kind in DEFECTS else None).save(file)
    return files


def seen(files: list[Path]) -> list[Pixels]:
    """Parts as a station cuts them out of the simulated camera's pictures."""
    scene = Scene(files, spacing=400, ahead=0)
    found = []
    for number in range(len(files)):
        picture = images.read(scene.jpeg(0, [(number, 0)]))
        box = part_box(picture)
        assert box is not None
        found.append(crop(picture, box))
    return found


def nearest(learned: Floats, judged: Floats) -> tuple[Floats, float]:
    """The distance to the nearest learned part, and the threshold."""
    left_out = learned @ learned.T
    np.fill_diagonal(left_out, -1)
    threshold = float(np.quantile(1 - left_out.max(axis=1), KEEP, method="higher"))
    return 1 - (judged @ learned.T).max(axis=1), threshold


def one(
    folder: Path, chance: random.Random, learned: int, judging: int, found: dict[tuple[str, str], Scores]
) -> None:
    """Learn from one draw of good parts, and judge others."""
    taught_from = drawn(folder / "learn" / "good", chance, GOOD, learned)
    model = Classifier(teach(folder / "learn", folder / "good.onnx").path)
    judges = {kind: drawn(folder / kind, chance, kind, judging) for kind in (GOOD, *DEFECTS)}
    pictures = {kind: [images.read(file) for file in files] for kind, files in judges.items()}
    pictures[SEEN] = seen(judges[GOOD])
    known = features(model, [images.read(file) for file in taught_from])
    of_good: dict[str, Floats] = {}
    for kind in KINDS:
        prepared = [model.prepare(pixels) for pixels in pictures[kind]]
        answers = model.run(prepared)
        far, threshold = nearest(known, features(model, pictures[kind]))
        ways = {
            "taught": (np.array([each.novelty for each in answers]), [not each.known for each in answers]),
            "nearest": (far, [bool(each > threshold) for each in far]),
        }
        for way, (strange, refused) in ways.items():
            of_good.setdefault(way, strange)
            scores = found[kind, way]
            scores.refused += refused
            scores.aurocs.append(metrics.auroc(of_good[way], strange))


def features(model: Classifier, pictures: list[Pixels]) -> Floats:
    """Embeddings of pictures at the model's size."""
    size, rule = model.info.input_size, model.info.resize
    return embeddings_of(model, np.stack([images.resize(pixels, size, rule) for pixels in pictures]))


def row(kind: str, learned: int, draws: int, taught: Scores, plain: Scores) -> dict[str, str]:
    """A line of the table."""

    def said(scores: Scores) -> str:
        hits = sum(scores.refused) if kind in DEFECTS else len(scores.refused) - sum(scores.refused)
        auroc = f", AUROC {np.mean(scores.aurocs):.3f}" if kind in DEFECTS else ""
        return f"{interval(metrics.share(hits, len(scores.refused)))}{auroc}"

    what = f"{kind}, refused" if kind in DEFECTS else f"{kind}: kept"
    return {
        "what": f"From {learned} good parts; {what}",
        "value": said(taught),
        "n": f"{len(taught.refused)} parts, {draws} draws",
        "peer": f"nearest neighbour: {said(plain)}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--judging", type=int, default=30, help="parts of each kind in each draw")
    given = parser.parse_args()
    rows = []
    for learned in LEARNED:
        found: dict[tuple[str, str], Scores] = defaultdict(Scores)
        for draw in range(given.draws):
            with tempfile.TemporaryDirectory() as folder:
                one(Path(folder), random.Random(100 * learned + draw), learned, given.judging, found)
        rows += [
            row(kind, learned, given.draws, found[kind, "taught"], found[kind, "nearest"]) for kind in KINDS
        ]
    write(__file__, rows)


if __name__ == "__main__":
    main()
