"""How fast the bundled model answers: one picture, many pictures, and from a cold start.

One picture is a 640 x 480 JPEG photograph, or one made of noise where the samples are not there. Each figure
stands beside what it is made of: `classify` beside the network alone, `classify_many` beside ONNX Runtime's
own rate on the same views, a cold start beside importing ONNX Runtime, each bundled network beside itself
without the check for missing parts.

The rows "The network alone", "`Classifier...`", "Cold start" and "The check for missing parts" of the
figures, in about a minute; with --quick in a few seconds.

    python -m benchmarks.serving.latency
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

from benchmarks.record import ROOT, photos, spread, write
from tenfold import modelfile
from tenfold.export import partial
from tenfold.inference import Classifier

ONE, MANY, ROUNDS, STARTS = 100, 480, 5, 11
# With and without the check, by turns.
TURNS = 15
QUICK = 10, 48, 1, 2


def picture() -> bytes:
    """A JPEG of 640 x 480."""
    found = photos()
    if found:
        image = Image.open(found[0][0]).convert("RGB").resize((640, 480))
    else:
        image = Image.effect_noise((640, 480), 60).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def times(
    work: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Milliseconds of each call, after three to warm up."""
    for _ in range(3):
        work()
    out = []
    for _ in range(count):
        start = clock()
        work()
        out.append((clock() - start) * 1000)
    return out


def start_up(command: list[str], starts: int) -> list[float]:
    """Seconds of each start of a command, after one to fill the disk's cache."""
    out = []
    for _ in range(starts):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        out.append(time.perf_counter() - start)
    return out[1:]


def check_cost(name: str, ones: int) -> dict[str, str]:
    """Processor time of one view with the check for missing parts, beside the same network without it."""
    content, info = modelfile.read(modelfile.bundled(name))
    without = onnx.load_from_string(content)
    assert partial.take_out(without)[0]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = [
        onnxruntime.InferenceSession(one, options, providers=["CPUExecutionProvider"])
        for one in (content, without.SerializeToString())
    ]
    view = np.random.default_rng(1).integers(0, 256, (1, info.input_size, info.input_size, 3), np.uint8)

    def middle(session: onnxruntime.InferenceSession) -> float:
        return statistics.median(
            times(lambda: session.run(None, {"image": view}), ones // 5, time.thread_time)
        )

    each = np.array([[middle(one) for one in sessions] for _ in range(TURNS)])
    return {
        "what": f"The check for missing parts: processor time of one view of {name}, without it = 1",
        "value": spread(list(each[:, 0] / each[:, 1]), "times", 2),
        "n": f"{TURNS} turns of {ones // 5} runs",
        "peer": f"with it {np.median(each[:, 0]):.2f} ms, without {np.median(each[:, 1]):.2f} ms",
    }


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--quick", action="store_true", help="a tenth of the calls; nothing is kept")
    quick = options.parse_args().quick
    ones, manys, rounds, starts = QUICK if quick else (ONE, MANY, ROUNDS, STARTS)
    jpeg = picture()
    classifier = Classifier("cifar10")
    content, _ = modelfile.read(classifier.path)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    views = classifier.prepare(jpeg).pixels
    one = times(lambda: session.run(None, {"image": views[:1]}), ones)
    several = times(lambda: session.run(None, {"image": views}), ones)
    whole = times(lambda: classifier.classify(jpeg), ones)

    batch = np.concatenate([views] * 8)
    own = [
        manys / sum(times(lambda: session.run(None, {"image": batch}), manys // 8)) * 1000
        for _ in range(rounds)
    ]
    many = []
    for _ in range(rounds):
        start = time.perf_counter()
        classifier.classify_many([jpeg] * manys)
        many.append(manys / (time.perf_counter() - start))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.jpg"
        path.write_bytes(jpeg)
        tenfold = str(Path(sys.executable).with_name("tenfold"))
        cold = start_up([tenfold, "classify", str(path)], starts)
        bare = start_up([sys.executable, "-c", "import onnxruntime"], starts)

    size = f"{len(jpeg) / 1000:.0f} kB JPEG, {len(views)} views"
    write(
        __file__,
        [
            {
                "what": "The network alone, one view",
                "value": spread(one, "ms", 2),
                "n": f"{ones} runs",
                "peer": f"{len(views)} views at once: {spread(several, 'ms', 2)}",
            },
            {
                "what": f"`Classifier.classify`, {size}",
                "value": spread(whole, "ms", 2),
                "n": f"{ones} calls",
                "peer": f"the network alone on its views: {spread(several, 'ms', 2)}",
            },
            {
                "what": f"`Classifier.classify_many`, {size} each",
                "value": spread(many, "pictures/s", 0),
                "n": f"{rounds} times {manys} pictures",
                "peer": f"ONNX Runtime on ready views: {spread(own, 'pictures/s', 0)}",
            },
            {
                "what": "Cold start: `tenfold classify one.jpg`",
                "value": spread(cold, "s", 2),
                "n": f"{len(cold)} starts",
                "peer": f'`python -c "import onnxruntime"`: {spread(bare, "s", 2)}',
            },
            *(check_cost(name, ones) for name in modelfile.BUNDLED),
        ],
        keep=not quick,
    )


if __name__ == "__main__":
    os.environ.setdefault("TENFOLD_CONFIG", str(ROOT / "benchmarks/no-settings.toml"))
    main()
