"""How fast a folder of real photographs comes into the catalogue, beside how fast they only decode.

The photographs are those of ../shared/samples/photos, each written several times with some bytes added at its
end, so that every file has a content of its own. Each round adds them to an empty catalogue by the real
command, start and end of the process included; beside it stand the time that the same command takes for
nothing, and the rate at which the same threads decode the same files and do nothing else.

The row "`tenfold catalogue add` of a folder" of the figures, in about two minutes; with --quick in half a
minute.

    python -m benchmarks.catalogue.ingest
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import record
from tenfold import images
from tenfold.inference import Classifier


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=5, help="how often each photograph is written")
    parser.add_argument("--note", default="", help="what else the machine was doing, for the result")
    parser.add_argument("--quick", action="store_true", help="one round without copies; nothing is kept")
    options = parser.parse_args()
    if options.quick:
        options.rounds = options.copies = 1
    added, empty, decoded, whole = [], [], [], []
    with TemporaryDirectory(prefix="tenfold-") as name:
        files = written(Path(name) / "photos", options.copies)
        nothing = Path(name) / "nothing"
        nothing.mkdir()
        decode(files)  # the files come into the system's memory
        classifier = Classifier("cifar10")
        for number in range(options.rounds):
            home = Path(name) / f"home-{number}"
            empty.append(add(nothing, home))
            seconds = add(Path(name) / "photos", home)
            added.append(len(files) / seconds)
            decoded.append(len(files) / decode(files))
            start = time.perf_counter()
            classifier.classify_many(files)
            whole.append(len(files) / (time.perf_counter() - start))
    n = f"{options.rounds} times {len(files)} photographs" + (f"; {options.note}" if options.note else "")
    record.write(
        __file__,
        [
            {
                "what": "`tenfold catalogue add` of a folder, from start to end of the command",
                "value": record.spread(added, "pictures/s"),
                "n": n,
                "peer": f"decoding alone: {record.spread(decoded, 'pictures/s')}; decoding and the network: "
                f"{record.spread(whole, 'pictures/s')}; the command for no picture: "
                f"{record.spread(empty, 's')}",
            }
        ],
        keep=not options.quick,
    )


def written(folder: Path, copies: int) -> list[Path]:
    """The photographs, `copies` times; what stands after a picture's end changes its content alone."""
    folder.mkdir()
    files = []
    for path, label in record.photos():
        content = path.read_bytes()
        for copy in range(copies):
            files.append(folder / f"{label}-{path.stem}-{copy}{path.suffix}")
            files[-1].write_bytes(content + b"%d" % copy)
    return files


def add(folder: Path, home: Path) -> float:
    """Seconds of the real command."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
    environ["TENFOLD_HOME"] = str(home)
    command = [sys.executable, "-m", "tenfold", "catalogue", "add", str(folder)]
    start = time.perf_counter()
    subprocess.run(command, env=environ, check=True, capture_output=True)
    return time.perf_counter() - start


def decode(files: list[Path]) -> float:
    """Seconds that it takes to read and decode files as classifying does, in as many threads."""
    needed = images.needed(Classifier("cifar10").info.input_size)
    start = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as readers:
        for _ in readers.map(lambda path: images.load(path, needed=needed).width, files):
            pass
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
