"""Every export format of every kind of model: how far the exported file answers as its original does.

The bundled models; a model of each network, trained for so short a time that most of them answer poorly, as
what is asked is only whether the export answers the same; and two models of a folder of one's own. The
bundled models are shown halves of photographs, too, as the check for missing parts is in their exports. A row
is kept in benchmarks/runs/exports.jsonl when it is done, and is not made again while the model is the same.
The table goes into docs/reference/exports.md; with --table it is only written anew from what is kept.

    python -m benchmarks.models.exports [--models NAME ...] [--formats NAME ...]
        [--again] [--cache FOLDER] [--table]
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.backbone import watch
from benchmarks.models.half_decoded import filled
from benchmarks.record import DATA, ROOT, machine, photos
from benchmarks.table import markdown, replaced
from benchmarks.training.cifar100_part import pictures_of
from tenfold import modelfile
from tenfold.cli import run
from tenfold.datasets import cifar10
from tenfold.errors import TenfoldError
from tenfold.export.export import made_export
from tenfold.export.formats import FORMATS
from tenfold.export.formats.format import ElsewhereClassifier
from tenfold.export.pictures import ExportPictures, evenly, open_pictures
from tenfold.export.receipt import FileFacts, Receipt
from tenfold.images import read
from tenfold.inference import Classifier

KEPT = ROOT / "benchmarks" / "runs" / "exports.jsonl"
PAGE = ROOT / "docs" / "reference" / "exports.md"
START, END = "<!-- exports -->", "<!-- /exports -->"
# Of a bundled model, and of one that only shows that its network can be exported.
MANY, FEW = 2000, 500
FEW_FOR_THRESHOLD = 200
# Classes are equally likely where their probabilities differ by less.
EQUAL = 1e-4
# None of these is a class of a bundled model.
OWN = ("apple", "bottle", "bowl", "chair", "clock", "lamp", "mushroom", "orchid")
Made = tuple[Iterable[NDArray[np.uint8]], NDArray[np.int64], Sequence[str]]


@dataclass(frozen=True)
class Subject:
    """A model to export.

    Attributes:
        name: in the table.
        pictures: the folder it is compared on, in the cache; or "cifar10".
        limit: so many of them.
        command: what makes the model file; of a bundled one nothing.
        said: what it is, for the page.
    """

    name: str
    pictures: str
    limit: int
    command: tuple[str, ...] = ()
    said: str = ""


def short(network: str, epochs: int, *more: str, data: str = "ten") -> Subject:
    """A network that is trained a little."""
    command = ("train", "--data", data, "--network", network, "--epochs", f"{epochs}", *more)
    plural = "epoch" if epochs == 1 else "epochs"
    pictures = "cifar10" if data == "ten" else data
    return Subject(network, pictures, FEW, command, f"{epochs} {plural} {' '.join(more)}".strip())


SUBJECTS = (
    Subject("cifar10", "cifar10", MANY, said="bundled"),
    Subject("cifar10-small", "cifar10", MANY, said="bundled"),
    Subject("photo", "cifar10", MANY, said="bundled"),
    Subject("watch", "watched", MANY, said="bundled"),
    Subject("own folder, taught", "own", FEW, ("teach", "own/train"), "`tenfold teach`"),
    Subject("own folder, trained", "own", FEW, ("train", "--data", "own", "--epochs", "8"), "8 epochs"),
    short("sequential-6conv", 3),
    short("sequential-4conv", 3),
    short("pycrafters-v1.3", 3),
    short("cifar10-wide", 3),
    short("ml-cnn", 3),
    short("vgg16-transfer", 2, "--side", "32", "--batch-size", "64", "--set", "options.weights=none"),
    short("efficientnet-lite0", 2, data="own"),
    short("resnet-20", 3),
    short("wide-resnet-28-10", 1, "--set", "options.width=2"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [one.name for one in SUBJECTS]
    parser.add_argument("--models", nargs="*", metavar="NAME", choices=names, default=names)
    parser.add_argument("--formats", nargs="*", metavar="NAME", choices=list(FORMATS), default=list(FORMATS))
    parser.add_argument("--again", action="store_true", help="make rows again that are there")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/tenfold-exports"))
    parser.add_argument("--table", action="store_true", help="only write the page")
    options = parser.parse_args()
    if not options.table:
        for subject in SUBJECTS:
            if subject.name in options.models:
                measure(subject, options.formats, options.cache, again=options.again)
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced(page, table(kept()), START, END), encoding="utf-8")


def measure(subject: Subject, formats: Sequence[str], cache: Path, *, again: bool) -> None:
    """Export a model to each format, and keep what came of it."""
    model = made(subject, cache)
    sha256 = FileFacts.of(model).sha256
    for to in formats:
        old = kept().get((subject.name, to))
        if old and old["sha256"] == sha256 and not again:
            continue
        row = {"model": subject.name, "to": to, "sha256": sha256, "machine": machine()}
        try:
            with made_export(model, to, f"model{FORMATS[to].suffix}", opening(subject, cache)) as done:
                row |= figures(done.receipt)
                if not subject.command:
                    row |= on_halves(model, to, done.files[0], staged("halves", cache))
        except TenfoldError as reason:
            row |= {"refused": str(reason)}
        with KEPT.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)


def made(subject: Subject, cache: Path) -> Path:
    """The model file: bundled, or made once."""
    if not subject.command:
        return Path(modelfile.locate(subject.name))
    place = cache / "models" / subject.name.replace(", ", "-").replace(" ", "-")
    model = place / "model.onnx"
    if model.is_file():
        return model
    place.mkdir(parents=True, exist_ok=True)
    command = [folder(part, cache) for part in subject.command]
    target = ["-o", str(model)]
    if command[0] == "train":
        target = ["--run", str(place / "run"), "--no-report", *target]
    assert not run([*command, *target])
    return model


def opening(subject: Subject, cache: Path) -> Callable[[modelfile.ModelInfo, Path], ExportPictures]:
    """Opens the pictures that a model is compared on."""
    source = folder(subject.pictures, cache)

    def opened(info: modelfile.ModelInfo, folder: Path) -> ExportPictures:
        found = open_pictures(
            source, info, folder, data_dir=DATA, cache=cache / "decoded", limit=subject.limit
        )
        most = FEW_FOR_THRESHOLD if subject.limit == FEW else None
        return replace(found, threshold=found.threshold[:most])

    return opened


def figures(receipt: Receipt) -> dict[str, Any]:
    """What the table says of an export."""
    return {
        "n": receipt.pictures,
        "agreement": asdict(receipt.agreement),
        "accuracy": [one.value for one in receipt.accuracy],
        "largest_difference": receipt.largest_difference,
        "bytes": [receipt.original.bytes, sum(one.bytes for one in receipt.files)],
        "milliseconds": receipt.milliseconds,
        "novelty": receipt.novelty and receipt.novelty.correlation,
        "none_of_these": receipt.novelty and [one.value for one in receipt.novelty.none_of_these],
        "evidence_overlap": receipt.evidence_overlap,
        "least": receipt.least,
        "accepted": receipt.good,
        "versions": receipt.versions,
    }


def on_halves(model: Path, to: str, exported: Path, pictures: Path) -> dict[str, Any]:
    """Of how many pictures, half of each missing, no class is likelier: to the original and to the export."""
    original, export = Classifier(model, threads=1), FORMATS[to].load(exported)
    found = np.zeros(2, np.int64)
    largest, files = 0.0, sorted(pictures.rglob("*.png"))
    for file in files:
        answers = (original.classify(file), export.classify(file))
        said = np.array([[one.probabilities[k] for k in original.info.labels] for one in answers])
        found += np.ptp(said, axis=1) < EQUAL
        largest = max(largest, float(np.abs(said[0] - said[1]).max()))
    if isinstance(export, ElsewhereClassifier):
        export.close()
    return {"halves": len(files), "halves_equal": found.tolist(), "halves_difference": largest}


def folder(name: str, cache: Path) -> str:
    """A folder of pictures by its name, or its part `name/part`; what is not one stays as it is."""
    first, _, rest = name.partition("/")
    return str(staged(first, cache) / rest) if first in STAGED else name


def staged(name: str, cache: Path) -> Path:
    """A folder of pictures by part and class, made once."""
    whole = cache / name
    if whole.is_dir():
        return whole
    part = cache / f"{name}.part"
    for split, (pictures, labels, classes) in STAGED[name]().items():
        for number, (pixels, label) in enumerate(zip(pictures, labels, strict=True)):
            place = part / split / classes[label]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(place / f"{number:05}.png")
    return part.rename(whole)


def ten() -> dict[str, Made]:
    """1,100 of CIFAR-10's training pictures; a network is compared on its test pictures."""
    learned = cifar10.load_train(DATA)
    chosen = evenly(len(learned), 1100)
    parts = {"train": chosen[:1000], "validation": chosen[1000:]}
    return {
        split: (learned.pictures[places], learned.labels[places], cifar10.CLASSES)
        for split, places in parts.items()
    }


def watched() -> dict[str, Made]:
    """Pictures of `watch`'s classes: those that it is judged on, and some that it was made with."""
    test, learned = watch.test_pictures(), cifar10.load_train(DATA)
    judged = evenly(len(test), MANY)
    some = evenly(len(learned), 1000)

    def beside(places: NDArray[np.int64], which: slice) -> Made:
        pictures, labels = watch.of_cifar100(which)
        few = evenly(len(labels), 200)
        return (
            np.concatenate([learned.pictures[places], pictures[few]]),
            np.concatenate([learned.labels[places], labels[few]]),
            watch.CLASSES,
        )

    return {
        "train": beside(some[:200], watch.LEARNED),
        "validation": beside(some[200:], watch.CHOSEN),
        "test": (test.pictures[judged], test.labels[judged], watch.CLASSES),
    }


def own() -> dict[str, Made]:
    """Eight classes of CIFAR-100, as somebody's own."""
    pictures = [pictures_of(name) for name in OWN]
    parts = {"train": slice(100), "validation": slice(100, 130), "test": slice(200, 300)}
    return {
        split: (
            np.concatenate([each[which] for each in pictures]),
            np.repeat(np.arange(len(OWN)), [len(each[which]) for each in pictures]),
            OWN,
        )
        for split, which in parts.items()
    }


def halves() -> dict[str, Made]:
    """The sample photographs with grey below their upper half."""
    known = photos()
    classes = sorted({label for _, label in known})
    labels = np.array([classes.index(label) for _, label in known])
    return {"test": ([filled(read(path, needed=384), 0.5, 128) for path, _ in known], labels, classes)}


STAGED: Mapping[str, Callable[[], dict[str, Made]]] = {
    "ten": ten,
    "watched": watched,
    "own": own,
    "halves": halves,
}


def kept() -> dict[tuple[str, str], dict[str, Any]]:
    """The newest row of each model and format."""
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    return {(row["model"], row["to"]): row for row in map(json.loads, lines)}


HEAD = (
    "Model", "To", "The same first answer (95 % interval)", "n", "Right, original and export",
    "Largest difference of a probability", "MB", "Time for one picture, original = 1",
    "Correlation of novelty", "Halves without a likelier class, original and export", "Result",
)  # fmt: skip


def table(rows: Mapping[tuple[str, str], dict[str, Any]]) -> str:
    """The page's table and what has to be said about it."""
    found = [rows[one.name, to] for one in SUBJECTS for to in FORMATS if (one.name, to) in rows]
    machines = sorted({row["machine"] for row in found})
    versions = {name: said for row in found for name, said in row.get("versions", {}).items()}
    said = [
        f"Measured on {' and '.join(machines)}, with other work beside it, with "
        f"{', '.join(f'{name} {said}' for name, said in versions.items() if said)}.",
    ]
    return "\n".join(["", markdown(HEAD, map(cells, found)), "", *said, ""])


def cells(row: Mapping[str, Any]) -> list[str]:
    if "refused" in row:
        return [row["model"], f"`{row['to']}`", *[""] * (len(HEAD) - 3), f"refused: {row['refused']}"]
    agreement, (ours, theirs) = row["agreement"], row["bytes"]
    before, after = row["milliseconds"]
    limit = f"{row['least']:.1%}".replace(".0%", "%").replace("%", " %")
    return [
        row["model"],
        f"`{row['to']}`",
        f"{agreement['value']:.2%} ({agreement['low']:.2%} to {agreement['high']:.2%})",
        f"{row['n']:,}",
        " and ".join(f"{one:.2%}" for one in row["accuracy"]),
        f"{row['largest_difference']:.1g}",
        f"{ours / 1e6:.1f} to {theirs / 1e6:.1f}",
        f"{after / before:.2f}",
        "" if row["novelty"] is None else f"{row['novelty']:.4f}",
        " and ".join(f"{one}" for one in row.get("halves_equal", ())),
        "accepted" if row["accepted"] else f"refused: below {limit}",
    ]


if __name__ == "__main__":
    main()
