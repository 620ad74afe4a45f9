"""A folder of few photographs, learned as a stranger would: `tenfold train --data DIR`, nothing set.

The sample photographs, ten a class, in halves: one is learned from (five a class, one of which is set aside
to choose by), the other judges, and the other way round. Then the time for a folder of 20 a class: each
photograph and its middle. With --beside also `--network default` on the same halves.

    python -m benchmarks.training.few_photographs [--beside]
"""

import argparse
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from benchmarks.record import photos, write
from tenfold import metrics
from tenfold.cli import run
from tenfold.inference import Classifier

PARTS = 2


def stage(folder: Path, part: int) -> None:
    """Photographs as `train/class/` and `test/class/`; every other of a class judges."""
    seen: dict[str, int] = {}
    for path, label in photos():
        number = seen[label] = seen.get(label, -1) + 1
        place = folder / ("test" if number % PARTS == part else "train") / label
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / path.name)


def stage_twenty(folder: Path) -> None:
    """20 files of each class: each photograph and its middle."""
    for path, label in photos():
        place = folder / label
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / path.name)
        with Image.open(path) as opened:
            wide, high = opened.size
            middle = (wide // 8, high // 8, wide - wide // 8, high - high // 8)
            opened.convert("RGB").crop(middle).save(place / f"{path.stem} middle.png")


def trained(data: Path, into: Path, *options: str) -> tuple[Path, float, float]:
    """The model file, and the seconds and processor seconds that it took."""
    wall, processor = time.perf_counter(), time.process_time()
    status = run(["train", "--data", str(data), "--run", str(into), "--no-report", *options])
    assert not status, status
    return into / "model.onnx", time.perf_counter() - wall, time.process_time() - processor


def right(model: Path, folder: Path) -> list[bool]:
    """Whether each photograph of the folder is given its class."""
    classifier = Classifier(model)
    files = sorted(folder.glob("*/*"))
    answers = classifier.run([classifier.prepare(path) for path in files])
    return [answer.label == path.parent.name for answer, path in zip(answers, files, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", action="store_true", help="learn by the default network too")
    networks = {"backbone": ()} | (
        {"default": ("--network", "default")} if parser.parse_args().beside else {}
    )
    found: dict[str, list[bool]] = {network: [] for network in networks}
    with TemporaryDirectory() as name:
        root = Path(name)
        for part in range(PARTS):
            stage(root / f"{part}", part)
            for network, options in networks.items():
                model, _, _ = trained(root / f"{part}", root / f"{part}-{network}", *options)
                found[network] += right(model, root / f"{part}" / "test")
            print({network: sum(each) / len(each) for network, each in found.items()}, flush=True)
        stage_twenty(root / "twenty")
        _, wall, processor = trained(root / "twenty", root / "twenty-backbone")
    accuracy = {network: metrics.share(sum(each), len(each)) for network, each in found.items()}
    default = accuracy.get("default")
    rows = [
        {
            "what": "Photographs told apart after `tenfold train --data` on 5 of each class",
            "value": str(accuracy["backbone"]),
            "n": f"{len(found['backbone'])} photographs, each judged by one of {PARTS} models",
            "peer": f"--network default: {default}" if default else "",
        },
        {
            "what": "The same command on 20 pictures of each class",
            "value": f"{processor:.0f} s of processor time, {wall:.0f} s passed",
            "n": "1 run, 10 classes, machine shared",
            "peer": "",
        },
    ]
    write(__file__, rows)


if __name__ == "__main__":
    main()
