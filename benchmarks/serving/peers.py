"""How fast the HTTP API answers beside LitServe: the same model, views, pictures and cores.

LitServe comes in an environment of its own, which this script makes, or is told with `--peer-python`. It
serves the same `Classifier.prepare` and `.run`, a picture's bytes in a form, with a process for each core or
with one process that batches, whichever is faster. The client is wrk, in a process of its own, on the same
cores. The servers take turns, so that a slow minute of the machine meets all of them. Beside them stands what
one process does without HTTP: decoding, views and network on all cores, and one picture at a time. How many
times as many as LitServe that would be is the most that any server around this work could reach.

Rows of their own have Triton's client against `/v2`, which speaks the binary extension and is a program in
Python on the same cores; the time from the start of each server to its first answer; and the memory that each
one and its children take after the loads.

The rows "HTTP ..." of the figures. Seven minutes; with --quick half a minute for each picture.

    python -m benchmarks.serving.peers
"""

import argparse
import io
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np
import onnxruntime
from PIL import Image

from benchmarks.record import ROOT, photos, spread, write
from benchmarks.served import serving
from benchmarks.serving.latency import picture
from tenfold.inference import Classifier

LITSERVE = "0.2.19"
CLIENTS = (1, 8, 64, 256)
PHOTO_BYTES, PHOTO_SIZE = 62_000, (500, 400)
PHONE_SIZE = (4032, 3024)
# wrk leaves without waiting for its last answers; the server works on them a little longer.
_SECONDS_TO_DRAIN = 0.5
# Ways to run LitServe: processes, the most pictures in a batch, threads of each one's classifier.
WAYS = {"a process for each core": (os.cpu_count() or 1, 1, 1), "one process that batches": (1, 16, 0)}
TRITON = "tenfold, by Triton's client"
_LUA = """
local file = io.open("{path}", "rb")
wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=frame"
wrk.body = '--frame\\r\\nContent-Disposition: form-data; name="{field}"; filename="a"\\r\\n\\r\\n'
    .. file:read("*a") .. "\\r\\n--frame--\\r\\n"
"""


@dataclass(frozen=True)
class Served:
    """A server at work: its name, and where it takes a picture.

    Attributes:
        url: for Triton's client its port alone.
        form_field: in which field of a form; "": by Triton's client.
        started: seconds from its start to its first answer.
        process: its number.
    """

    name: str
    url: str
    form_field: str
    started: float = 0.0
    process: int = 0


@dataclass
class Measured:
    """Pictures a second and milliseconds of a request (median, 99th percentile), one for each turn."""

    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        waits = f"median {spread(self.waits, 'ms')}, 99 % within {spread(self.slow, 'ms')}"
        return f"{spread(self.rates, 'pictures/s')}, {waits}"


@contextmanager
def peer(python: str, port: int, way: str) -> Iterator[Served]:
    command = [python, "-m", "benchmarks.serving.litserve_peer", *map(str, (port, *WAYS[way]))]
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until_it_answers(f"http://127.0.0.1:{port}/health")
        seconds = time.perf_counter() - began
        url = f"http://127.0.0.1:{port}/predict"
        yield Served(f"LitServe {LITSERVE}, {way}", url, "content", seconds, process.pid)
    finally:
        # Its workers outlive it otherwise.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def ours() -> Iterator[Served]:
    began = time.perf_counter()
    # What wrk's one address may have by default is less than 256 requests at a time.
    with serving(TENFOLD_MAX_REQUESTS="512", TENFOLD_CLIENT_PERCENT="100") as server:
        until_it_answers(f"{server.address}/readyz")
        seconds = time.perf_counter() - began
        yield Served("tenfold", f"{server.address}/api/v1/classify", "files", seconds, server.process)


def children(process: int) -> set[int]:
    found = Path(f"/proc/{process}/task").glob("*/children")
    return {int(one) for file in found for one in file.read_text().split()}


def megabytes(process: int) -> float:
    """What a process and all that it started take of memory; what they share counts once."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    own = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert own
    return int(own[1]) / 1000 + sum(megabytes(child) for child in children(process))


def until_it_answers(url: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer.")


def load(served: Served, path: Path, clients: int, seconds: int) -> tuple[float, float, float]:
    """Pictures a second, and milliseconds of each (median, 99th percentile), with so many clients."""
    time.sleep(_SECONDS_TO_DRAIN)
    if not served.form_field:
        words = [served.url, str(path), str(clients), str(seconds)]
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.serving.triton_load", *words],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        rate, median, slow = json.loads(told.stdout)
        return rate, median, slow
    script = path.with_suffix(f".{served.form_field}.lua")
    script.write_text(_LUA.format(path=path, field=served.form_field))
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    done = subprocess.run(
        [*command, "-s", str(script), served.url], capture_output=True, text=True, check=True
    )
    if "Non-2xx" in done.stdout:
        raise SystemExit(f"{served.name}: {done.stdout}")
    requests = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert requests, done.stdout
    waits = dict(re.findall(r"(50|99)%\s+([\d.]+(?:us|ms|s|m))\b", done.stdout))
    return float(requests[1]), milliseconds(waits["50"]), milliseconds(waits["99"])


def milliseconds(words: str) -> float:
    """A time as wrk writes it: 12.3us, 12.3ms, 1.2s, 1.1m."""
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", words).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


def without_http(classifier: Classifier, content: bytes, seconds: float) -> float:
    """Pictures a second that one process decodes, cuts and answers on all cores."""
    end, count = time.perf_counter() + seconds, 0
    start = time.perf_counter()

    def more() -> Iterator[bytes]:
        while time.perf_counter() < end:
            yield content

    for _ in classifier.classify_each(more()):
        count += 1
    return count / (time.perf_counter() - start)


def alone(classifier: Classifier, content: bytes, seconds: float) -> float:
    """The median milliseconds of `classify`, one picture after the other."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        classifier.classify(content)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def photograph() -> bytes:
    """A JPEG of about 62 kB, 500 x 400."""
    for quality in range(95, 20, -1):
        content = jpeg(PHOTO_SIZE, quality)
        if len(content) <= PHOTO_BYTES:
            return content
    raise AssertionError


def jpeg(size: tuple[int, int], quality: int) -> bytes:
    """A real photograph in another size, with the noise of a sensor."""
    path = max((path for path, _ in photos()), key=lambda path: path.stat().st_size)
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS), np.int16)
    noise = np.random.default_rng(0).normal(0, 6, pixels.shape).astype(np.int16)
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def small(size: int) -> bytes:
    """A PNG of the network's own size."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture())).resize((size, size)).save(out, "PNG")
    return out.getvalue()


def measure(
    servers: list[Served], classifier: Classifier, path: Path, turns: int, seconds: int
) -> tuple[dict[tuple[str, int], Measured], list[float], list[float]]:
    """Of each server and number of clients the figures; rates without HTTP; milliseconds of `classify`."""
    content = path.read_bytes()
    found = {(one.name, clients): Measured() for one in servers for clients in CLIENTS}
    bare, single = [], []
    for one in servers:
        load(one, path, 4, 2)  # warm
    for _ in range(turns):
        bare.append(without_http(classifier, content, seconds))
        single.append(alone(classifier, content, seconds / 2))
        for clients in CLIENTS:
            for one in servers:
                rate, wait, slow = load(one, path, clients, seconds)
                found[one.name, clients].rates.append(rate)
                found[one.name, clients].waits.append(wait)
                found[one.name, clients].slow.append(slow)
    return found, bare, single


def rows(
    name: str, found: dict[tuple[str, int], Measured], bare: list[float], single: list[float], n: str
) -> list[dict[str, str]]:
    out = []
    for clients in CLIENTS:
        mine = found["tenfold", clients]
        rivals = [
            (who, one)
            for (who, count), one in found.items()
            if count == clients and who not in ("tenfold", TRITON)
        ]
        who, best = max(rivals, key=lambda rival: statistics.median(rival[1].rates))
        rate, rival = statistics.median(mine.rates), statistics.median(best.rates)
        if clients == 1:
            most = 1000 / statistics.median(single)
            slower = statistics.median(mine.waits) / statistics.median(single)
            without = f"`classify` alone {spread(single, 'ms')}, tenfold takes {slower:.2f} times as long"
        else:
            most = statistics.median(bare)
            without = f"without HTTP {spread(bare, 'pictures/s')}, tenfold reaches {rate / most:.2f} of it"
        out.append(
            {
                "what": f"HTTP, {name}, {clients} client{'s' if clients > 1 else ''}",
                "value": str(mine),
                "n": n,
                "peer": f"{who}: {best}; tenfold answers {_times(rate, rival)} as many, "
                f"without HTTP it would be {_times(most, rival)}; {without}",
            }
        )
        out.append(
            {
                "what": f"HTTP by Triton's client, {name}, {clients} at a time",
                "value": str(found[TRITON, clients]),
                "n": n,
                "peer": f"without it, by a form: {mine}; {who}: {best}",
            }
        )
    return out


def footprint(mine: Served, rivals: list[Served]) -> list[dict[str, str]]:
    """From start to the first answer, and memory after all loads."""
    out = []
    ways: dict[str, Callable[[Served], str]] = {
        "HTTP, from the start to the first answer": lambda one: f"{one.started:.1f} s",
        "HTTP, memory after all loads": lambda one: f"{megabytes(one.process):.0f} MB",
    }
    for what, measured in ways.items():
        peer = "; ".join(f"{one.name}: {measured(one)}" for one in rivals)
        out.append({"what": what, "value": measured(mine), "n": "once", "peer": peer})
    return out


def _times(rate: float, rival: float) -> str:
    """How many times as many; a short turn may see no answer of the other at all."""
    return f"{rate / rival:.2f} times" if rival else "countless times"


def peer_python(told: str | None, folder: Path) -> str:
    """The interpreter of an environment with LitServe, made here unless one was named."""
    if told:
        return told
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    same = f"onnxruntime=={onnxruntime.__version__}"
    needed = [f"litserve=={LITSERVE}", same, "python-multipart", "numpy", "pillow", "pillow-heif"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *needed], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer-python", help="the Python of an environment with LitServe")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="of each load")
    parser.add_argument("--quick", action="store_true", help="1 turn of 1 s; nothing is kept")
    parser.add_argument(
        "--only", choices=("photo", "phone", "small"), help="one picture alone; nothing is kept"
    )
    parser.add_argument("--note", default="", help="what else the machine was doing, for the result")
    asked = parser.parse_args()
    if asked.quick:
        asked.turns = asked.seconds = 1
    if shutil.which("wrk") is None:
        parser.error("wrk is needed: https://github.com/wg/wrk")
    classifier = Classifier()
    pictures: dict[str, tuple[str, Callable[[], bytes]]] = {
        "photo": ("a JPEG of 500 x 400", photograph),
        "phone": ("a phone's JPEG of 12 megapixels", lambda: jpeg(PHONE_SIZE, 85)),
        "small": (f"a PNG of {classifier.info.input_size} pixels", lambda: small(classifier.info.input_size)),
    }
    found: list[dict[str, str]] = []
    n = f"{asked.turns} turns of {asked.seconds} s" + (f"; {asked.note}" if asked.note else "")
    with TemporaryDirectory(prefix="tenfold-") as name:
        folder = Path(name)
        python = peer_python(asked.peer_python, folder / "peer")
        first, second = WAYS
        with ours() as tenfold, peer(python, 8971, first) as one, peer(python, 8972, second) as other:
            for key, (called, make) in pictures.items():
                if asked.only not in (None, key):
                    continue
                path = folder / key
                path.write_bytes(make())
                label = f"{called}, {path.stat().st_size / 1000:.0f} kB"
                triton = Served(TRITON, str(urlsplit(tenfold.url).port), "")
                servers = [tenfold, one, other, triton]
                found += rows(label, *measure(servers, classifier, path, asked.turns, asked.seconds), n)
            found += footprint(tenfold, [one, other])
    write(__file__, found, keep=asked.only is None and not asked.quick)


if __name__ == "__main__":
    os.environ.setdefault("TENFOLD_CONFIG", str(ROOT / "benchmarks/no-settings.toml"))
    main()
